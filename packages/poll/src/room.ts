// Where loops read that take what comes, and have no buffer of their own to wait with.
//
// Most connections of a server wait. A buffer for each of them would be most of their memory, though at
// any moment one of them reads: so all loops of a thread read into one room, which an operation has only
// while it tries.

/** How many bytes a piece has at most. */
export const ROOM = 64 * 1024

let room: Uint8Array | null = null

/** Where the next piece goes. Valid until the caller returns to the event loop, or cuts. */
export function roomNow(): Uint8Array {
  room ??= new Uint8Array(ROOM)
  return room
}

/** The first `n` bytes of a room, for good: copied out when they are few, else with all of it. */
export function cut(from: Uint8Array, n: number): Uint8Array {
  if (n <= ROOM / 2) return from.slice(0, n)
  if (from === room) room = null
  return from.subarray(0, n)
}
