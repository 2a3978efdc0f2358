// How an HTTP/1.1 answer is laid out: RFC 9112. Its body is counted, chunked, or simply ends.
import type { LineReader } from './reader.js'

/** An answer that is not as HTTP/1.1 has it. */
export class ProtocolError extends Error {
  readonly code = 'ERR_HTTP'
}

/** What comes before the body; names of headers are in small letters. */
export interface Head {
  readonly status: string
  readonly headers: ReadonlyMap<string, string>
}

/** No head is longer, in bytes, with the preliminary answers before it. */
const LONGEST_HEAD = 64 * 1024

/** Reads the status line and the headers. */
export async function readHead(reader: LineReader): Promise<Head> {
  let room = LONGEST_HEAD
  const next = async () => {
    const line = await reader.line()
    room -= 2 + (line?.length ?? 0)
    if (room < 0) throw new ProtocolError(`the headers are longer than ${LONGEST_HEAD} bytes`)
    return line
  }
  for (;;) {
    const head = await readOneHead(next)
    // An answer of the 100s comes before the real one.
    if (!/^\S+ 1/.test(head.status)) return head
  }
}

async function readOneHead(next: () => Promise<string | null>): Promise<Head> {
  const status = await next()
  if (!status?.startsWith('HTTP/1.')) throw new ProtocolError(`no HTTP answer: ${status}`)
  const headers = new Map<string, string>()
  for (;;) {
    const line = await next()
    if (line === null) throw new ProtocolError('the headers do not end')
    if (line === '') return { status, headers }
    const colon = line.indexOf(':')
    if (colon < 1) throw new ProtocolError(`not a header: ${line}`)
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
  }
}

/** Exactly `length` bytes, piece by piece. */
async function* counted(reader: LineReader, length: number): AsyncGenerator<Uint8Array> {
  for (let left = length; left > 0; ) {
    const piece = await reader.some(left)
    if (piece === null) throw new ProtocolError(`the body ends ${left} bytes early`)
    left -= piece.length
    yield piece
  }
}

async function* chunked(reader: LineReader): AsyncGenerator<Uint8Array> {
  for (;;) {
    const size = await reader.line()
    if (!/^[0-9a-f]+\s*(;|$)/i.test(size ?? ''))
      throw new ProtocolError(`not the size of a chunk: ${size}`)
    const length = safe(Number.parseInt(size ?? '', 16))
    if (length === 0) return
    yield* counted(reader, length)
    if ((await reader.line()) !== '') throw new ProtocolError('a chunk is longer than it says')
  }
}

/** The body, as the headers say that it is to be read. */
export function body(reader: LineReader, { headers }: Head): AsyncGenerator<Uint8Array> {
  if (headers.get('transfer-encoding')?.toLowerCase() === 'chunked') return chunked(reader)
  const length = headers.get('content-length')
  if (length === undefined) return untilEnd(reader)
  if (!/^\d+$/.test(length)) throw new ProtocolError(`not a length: ${length}`)
  return counted(reader, safe(Number(length)))
}

/** A length that can be counted down to 0: above 2^53 numbers skip some. */
function safe(length: number): number {
  if (Number.isSafeInteger(length)) return length
  throw new ProtocolError(`too long to count: ${length} bytes`)
}

async function* untilEnd(reader: LineReader): AsyncGenerator<Uint8Array> {
  for (let piece = await reader.some(65_536); piece !== null; piece = await reader.some(65_536)) {
    yield piece
  }
}
