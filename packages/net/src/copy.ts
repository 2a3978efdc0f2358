// Go: io.Copy and net/splice_linux.go, net/sendfile_linux.go. From a source into a connection.
import type { FileHandle } from 'node:fs/promises'
import { sizeOf } from '@netfd/poll'
import type { Reader } from './conn.js'
import { CHUNK } from './conn.js'

/** Where `readFrom` may take bytes from, besides a TCPConn. */
export type Source = Reader | AsyncIterable<Uint8Array> | FileHandle

/** What is copied through memory. */
type Copyable = Reader | AsyncIterable<Uint8Array>

/** Where `writeTo` may put bytes: a FileHandle, a Conn, or an object of yours. Go: `io.Writer`. */
export interface Writer {
  /**
   * Takes all of `data`, or rejects. `data` is read into again once the promise has settled: copy what is to
   * be kept longer. A stream of `node:stream` keeps it, and is no Writer; `pipeline(conn, stream)` serves it.
   */
  write(data: Uint8Array): Promise<unknown>
}

/** Whether it is an open file of node:fs. */
export function isFileHandle(src: object): src is FileHandle {
  return typeof (src as FileHandle).fd === 'number' && 'createReadStream' in src
}

/** Throws unless bytes can be had from it. */
export function checkSource(src: unknown): void {
  if (typeof src === 'object' && src !== null) {
    if ('read' in src || Symbol.asyncIterator in src || isFileHandle(src)) return
  }
  throw new TypeError('src must be a Conn, a FileHandle, an async iterable or have a function read')
}

/** Throws unless bytes can be put there. */
export function checkSink(dst: unknown): asserts dst is Writer {
  if (typeof (dst as Writer | null | undefined)?.write !== 'function') {
    throw new TypeError('dst must have a function write')
  }
  // Its write answers at once and keeps the bytes, which the next read would overwrite.
  if ('pipe' in (dst as object)) {
    throw new TypeError('dst must not be a stream of node:stream: call pipeline(conn, dst)')
  }
}

/** How many bytes a copy moves at most. */
export function limitOf(limit: number | undefined): number {
  if (limit === undefined) return Number.MAX_SAFE_INTEGER
  if (typeof limit !== 'number') throw new TypeError(`limit must be a number, got ${typeof limit}`)
  if (limit === Number.POSITIVE_INFINITY) return Number.MAX_SAFE_INTEGER
  if (Number.isSafeInteger(limit)) return limit
  throw new RangeError(`limit must be a whole number of bytes, got ${limit}`)
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

/** A file as a Writer: write(2) may take a part, as when the disk is nearly full. */
export function fileWriter(file: FileHandle): Writer {
  return {
    write: async (data) => {
      let at = 0
      try {
        while (at < data.length) at += (await file.write(data, at)).bytesWritten
      } catch (error) {
        throw Object.assign(error as Error, { bytesWritten: at })
      }
    },
  }
}

/** How far a copy has come, also when it fails. */
export interface Progress {
  moved: number
}

/** Moves up to `limit` bytes, through memory. */
export async function copy(
  src: Copyable,
  dst: Writer,
  limit: number,
  progress: Progress,
): Promise<void> {
  if (isReader(src)) await copyReader(src, dst, limit, progress)
  else await copyIterable(src, dst, limit, progress)
}

/** A stream of node:stream has a `read` as well, which is another one. */
function isReader(src: Copyable): src is Reader {
  return 'read' in src && !('pipe' in src)
}

async function copyReader(
  src: Reader,
  dst: Writer,
  limit: number,
  progress: Progress,
): Promise<void> {
  const buf = new Uint8Array(Math.min(limit, CHUNK))
  while (progress.moved < limit) {
    const left = limit - progress.moved
    const room = left < buf.length ? buf.subarray(0, left) : buf
    const n = await src.read(room)
    if (n === null) break
    await put(dst, room.subarray(0, n), progress)
  }
}

async function copyIterable(
  src: AsyncIterable<Uint8Array>,
  dst: Writer,
  limit: number,
  progress: Progress,
): Promise<void> {
  for await (const chunk of src) {
    const left = limit - progress.moved
    // A stream with an encoding gives strings, whose length is no number of bytes.
    await put(dst, sizeOf(chunk) > left ? chunk.subarray(0, left) : chunk, progress)
    if (progress.moved >= limit) break
  }
}

/** Writes a piece; of one that fails, what went counts too. */
async function put(dst: Writer, data: Uint8Array, progress: Progress): Promise<void> {
  try {
    await dst.write(data)
    progress.moved += data.length
  } catch (error) {
    progress.moved += (error as { bytesWritten?: number }).bytesWritten ?? 0
    throw error
  }
}
