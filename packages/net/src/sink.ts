// Where the bytes of a copying transfer go.

/** A destination that bytes are being put to. */
export interface Sink {
  /** How many bytes it has taken. What a stream of Node has in its buffer counts, until the stream fails. */
  readonly written: number
  /**
   * Gives it a piece, and tells whether the piece's room may be used again: else it is the destination's
   * for good. A promise when it has to wait.
   */
  put(piece: Uint8Array): boolean | Promise<boolean>
  /** Throws when it cannot take anything, before anything is taken for it. */
  check?(): void
  /** Waits for what is on its way. */
  flush?(): Promise<void>
  /** The transfer is over. The destination stays open. */
  leave?(): void
}
