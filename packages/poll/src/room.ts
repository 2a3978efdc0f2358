// Where loops read that take what comes, and have no buffer of their own to wait with.
//
// Most connections of a server wait. A buffer for each of them would be most of their memory, though at
// any moment one of them reads: so all loops of a thread read into one room, which an operation has only
// while it tries and its piece is looked at.

/** How many bytes a piece has at most. */
export const ROOM = 64 * 1024

let room: Uint8Array | null = null

/**
 * Where the next piece goes. No other operation gets it before `returnRoom`: a function that looks at the
 * piece may read from another connection. One that is never returned is the writer's.
 */
export function lendRoom(): Uint8Array {
  const lent = room ?? new Uint8Array(ROOM)
  room = null
  return lent
}

/** The room is free again. */
export function returnRoom(lent: Uint8Array): void {
  // A writer may have transferred its memory away with the piece.
  if (lent.length === ROOM) room = lent
}

let view: Uint8Array = new Uint8Array(0)
let viewed = view

/** The first `n` bytes of a room, until it is returned. Most messages of a protocol are of one size. */
export function viewOfRoom(lent: Uint8Array, n: number): Uint8Array {
  if (viewed !== lent || view.length !== n) {
    view = lent.subarray(0, n)
    viewed = lent
  }
  return view
}

/** The first `n` bytes of a room, for good: copied out when they are few, else with all of it. */
export function cut(from: Uint8Array, n: number): Uint8Array {
  return n <= ROOM / 2 ? from.slice(0, n) : from.subarray(0, n)
}
