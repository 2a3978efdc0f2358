// What the programs of fuzz.test.ts consist of.

/** One call on one of the two ends of a connection. */
export interface Step {
  readonly op: 'write' | 'read' | 'abort' | 'closeWrite' | 'close' | 'reset'
  readonly at: 0 | 1
  /** How many bytes. */
  readonly n: number
}
