// Where the bytes of a copying transfer come from.

/** A source that is being taken from. */
export interface Tap {
  /** The next piece, or null at the end. Where the source can be asked for so few, at most `most` bytes. */
  next(most: number): Promise<Uint8Array | null>
  /**
   * The transfer is over, and `rest` was taken and has not gone: it goes back, where it can. What this
   * returns is waited for when nothing has failed.
   */
  leave(rest: Uint8Array): Promise<unknown> | undefined
}
