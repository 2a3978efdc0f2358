// The copy of what is sent. The runtime keeps the memory of a write that it could not finish, and nothing withdraws
// it from there; the copy lets a call end at once, and gives its caller the buffer back.

/** How many bytes one send takes at most. */
export const MAX_PIECE = 64 * 1024

let room: Uint8Array | null = null

/** A copy in the room of this thread, which stays the runtime's only if the write is not over at once. */
export function copyPiece(buf: Uint8Array, offset: number, length: number): Uint8Array {
  // No use of Node's pool: a program that has another part of its memory may transfer all of it away.
  room ??= new Uint8Array(MAX_PIECE)
  const piece = room.subarray(0, length)
  piece.set(length === buf.length ? buf : buf.subarray(offset, offset + length))
  return piece
}

/** The last copy is still to be sent: the next one goes elsewhere. */
export function loseRoom(): void {
  room = null
}
