// Go: io.Copy and net/splice_linux.go, net/sendfile_linux.go. From a source into a connection.
import type { FileHandle } from 'node:fs/promises'
import type { Reader } from './conn.js'
import { CHUNK } from './conn.js'

/** Where `readFrom` may take bytes from. */
export type Source = Reader | FileHandle | AsyncIterable<Uint8Array>

/** Where `writeTo` may put bytes. */
export interface Writer {
  write(data: Uint8Array): Promise<unknown>
}

/** Whether it is an open file of node:fs. */
export function isFileHandle(src: object): src is FileHandle {
  return typeof (src as FileHandle).fd === 'number' && 'createReadStream' in src
}

/** A file's bytes from its own position on, as a Reader. */
export function fileReader(file: FileHandle): Reader {
  return {
    read: async (buf) => {
      const { bytesRead } = await file.read(buf, 0, buf.length, null)
      return bytesRead === 0 && buf.length > 0 ? null : bytesRead
    },
  }
}

/** Moves up to `limit` bytes, through memory; a failed write's error carries what had been moved. */
export async function copy(src: Source, dst: Writer, limit: number): Promise<number> {
  if ('read' in src) return await copyReader(src as Reader, dst, limit)
  return await copyIterable(src, dst, limit)
}

async function copyReader(src: Reader, dst: Writer, limit: number): Promise<number> {
  const buf = new Uint8Array(Math.min(limit, CHUNK))
  let moved = 0
  while (moved < limit) {
    const room = limit - moved < buf.length ? buf.subarray(0, limit - moved) : buf
    const n = await src.read(room)
    if (n === null) break
    await dst.write(room.subarray(0, n))
    moved += n
  }
  return moved
}

async function copyIterable(
  src: AsyncIterable<Uint8Array>,
  dst: Writer,
  limit: number,
): Promise<number> {
  let moved = 0
  if (limit <= 0) return moved
  for await (const chunk of src) {
    const part = chunk.length > limit - moved ? chunk.subarray(0, limit - moved) : chunk
    await dst.write(part)
    moved += part.length
    if (moved >= limit) break
  }
  return moved
}
