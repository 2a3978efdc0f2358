// RESP2, the protocol of Redis: a command is an array of texts, and a reply says with its first letter what it is.
import type { CallOptions } from '@netfd/net'
import type { BufReader } from '@netfd/net/bufio'

/** What a server answers. Its `-ERR ...` is a value too: the connection goes on after it. */
export type Reply = string | number | null | ReplyError | Reply[]

/** An error that the server replied with. */
export class ReplyError extends Error {}

/** A peer that speaks something else, or ended in the middle of a reply. */
class ProtocolError extends Error {
  readonly code = 'ERR_PROTOCOL'
}

/** How long the line of a reply may be, in bytes, and how deep arrays lie in arrays. */
const LINE = 64 * 1024
const DEPTH = 16

/** How long one text may be, and how many elements an array may have: a server's own limits. */
const TEXT = 512 * 1024 * 1024
const ELEMENTS = 1024 * 1024

/** A command as it is sent. */
export function encode(args: readonly string[]): string {
  const texts = args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`)
  return `*${args.length}\r\n${texts.join('')}`
}

/** The next reply. */
export async function readReply(reader: BufReader, o?: CallOptions, depth = 0): Promise<Reply> {
  const line = await reader.readLine({ max: LINE, ...o })
  if (line === null) throw new ProtocolError('the server has ended the connection')
  const rest = line.slice(1)
  if (line.startsWith('+')) return rest
  if (line.startsWith('-')) return new ReplyError(rest)
  if (line.startsWith(':')) return number(rest, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  if (line.startsWith('$')) return await readText(reader, number(rest, -1, TEXT), o)
  if (line.startsWith('*') && depth < DEPTH) {
    return await readArray(reader, number(rest, -1, ELEMENTS), o, depth + 1)
  }
  throw new ProtocolError(`this is no Redis: ${JSON.stringify(line.slice(0, 40))}`)
}

async function readText(
  reader: BufReader,
  length: number,
  o: CallOptions | undefined,
): Promise<string | null> {
  if (length < 0) return null
  const bytes = Buffer.allocUnsafe(length + 2)
  await reader.readFull(bytes, o)
  return bytes.toString('utf8', 0, length)
}

async function readArray(
  reader: BufReader,
  length: number,
  o: CallOptions | undefined,
  depth: number,
): Promise<Reply[] | null> {
  if (length < 0) return null
  const replies: Reply[] = []
  while (replies.length < length) replies.push(await readReply(reader, o, depth))
  return replies
}

function number(text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^-?\d+$/.test(text) && value >= least && value <= most) return value
  throw new ProtocolError(`a number was expected, not ${JSON.stringify(text.slice(0, 40))}`)
}

/** A reply as redis-cli prints it. */
export function show(reply: Reply, indent = ''): string {
  if (reply === null) return '(nil)'
  if (typeof reply === 'number') return `(integer) ${reply}`
  if (reply instanceof ReplyError) return `(error) ${reply.message}`
  if (typeof reply === 'string') return JSON.stringify(reply)
  if (reply.length === 0) return '(empty)'
  const lines = reply.map((one, i) => `${i + 1}) ${show(one, `${indent}   `)}`)
  return lines.join(`\n${indent}`)
}
