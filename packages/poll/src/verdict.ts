// What the retry loop makes of one try.

/** How an operation stands when its loop is left. */
export type Outcome = typeof DONE | typeof FAILED | typeof LATER | typeof NOTHING
export const DONE = 0
export const FAILED = 1
/** It waits for an edge, a turn or the thread pool and will be settled then. */
export const LATER = 2
/** Done, and there was nothing to do. */
export const NOTHING = 3

/** What a result means: the end of the loop, or another round of it. */
export type Verdict = Outcome | typeof AGAIN | typeof WAIT
export const AGAIN = 4
export const WAIT = 5
