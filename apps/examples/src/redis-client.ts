// A Redis client by hand: commands and replies over a connection, read and written through buffers.
// Look at the time behind each reply, which is one round trip, and at what a pipeline makes of it: N
// commands leave in one write, and their replies take hardly longer than one does.
//
//   node dist/redis-client.js 127.0.0.1:6379 SET greeting hello
//   node dist/redis-client.js --pipeline 64 127.0.0.1:6379 PING
//   node dist/redis-client.js 127.0.0.1:6379            (then type commands)
import { createInterface } from 'node:readline'
import type { TCPConn } from '@netfd/net'
import { Dialer } from '@netfd/net'
import type { BufReader, BufWriter } from '@netfd/net/bufio'
import { bufReader, bufWriter } from '@netfd/net/bufio'
import { wholeNumber } from './lib/args.js'
import { cli, UsageError } from './lib/cli.js'
import { paint } from './lib/colour.js'
import type { Reply } from './lib/resp.js'
import { encode, ReplyError, readReply, show } from './lib/resp.js'
import { stopSignal } from './lib/stop.js'
import { Tally } from './lib/tally.js'
import { duration } from './lib/units.js'

const help = `
redis-client [options] host:port [command ...]   Sends commands to Redis, and times each.

  --pipeline n   sends the command over and over, n of them at a time
  --seconds s    for so long (3)
  --timeout ms   for the dial, and for each reply (5000)

Without a command it reads one from each line of its input. What begins with a dash comes after --.`

const options = {
  pipeline: { type: 'string' },
  seconds: { type: 'string', default: '3' },
  timeout: { type: 'string', default: '5000' },
} as const

/** A connection, with the buffers on either side of it. */
class Redis {
  readonly #conn: TCPConn
  readonly #reader: BufReader
  readonly #writer: BufWriter
  readonly #timeout: number

  constructor(conn: TCPConn, timeout: number) {
    this.#conn = conn
    this.#reader = bufReader(conn, { size: 64 * 1024 })
    this.#writer = bufWriter(conn, { size: 64 * 1024 })
    this.#timeout = timeout
  }

  /** Sends the commands as one, and resolves to their replies. */
  async send(commands: readonly string[], signal: AbortSignal): Promise<Reply[]> {
    this.#conn.setDeadline(Date.now() + this.#timeout)
    const replies: Reply[] = []
    const receive = async () => {
      while (replies.length < commands.length)
        replies.push(await readReply(this.#reader, { signal }))
    }
    const write = async () => {
      for (const command of commands) await this.#writer.write(command)
      await this.#writer.flush()
    }
    // A server that is not read from may stop reading itself: the two go on side by side.
    await Promise.all([write(), receive()])
    return replies
  }
}

/** One command, and how long its reply took. */
async function ask(redis: Redis, args: readonly string[], stop: AbortSignal): Promise<void> {
  const start = performance.now()
  const [reply = null] = await redis.send([encode(args)], stop)
  const took = duration(performance.now() - start)
  const text = show(reply)
  console.log(`${reply instanceof ReplyError ? paint.bad(text) : text}  ${paint.dim(took)}`)
  if (reply instanceof ReplyError) process.exitCode = 1
}

/** Words, and "words with spaces". */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word)

async function converse(redis: Redis, prompt: string, stop: AbortSignal): Promise<void> {
  const { stdin: input, stdout: output } = process
  const terminal = input.isTTY === true
  const lines = createInterface({ input, ...(terminal && { output, prompt }), signal: stop })
  if (terminal) lines.prompt()
  for await (const line of lines) {
    const args = words(line)
    if (args.length > 0) await ask(redis, args, stop)
    if (terminal) lines.prompt()
  }
  // The shell's own prompt does not begin behind ours.
  if (terminal) console.log()
}

/** The command again and again, `n` at a time, until the time is over. */
async function pipeline(
  redis: Redis,
  command: readonly string[],
  { n, end, stop }: { n: number; end: number; stop: AbortSignal },
): Promise<void> {
  const batch = Array<string>(n).fill(encode(command))
  const tally = new Tally(n)
  try {
    for (let now = performance.now(); now < end && !stop.aborted; now = performance.now()) {
      const replies = await redis.send(batch, stop)
      for (const reply of replies) if (reply instanceof ReplyError) throw reply
      tally.add(performance.now() - now)
    }
  } catch (error) {
    if (!stop.aborted) throw error
  }
  tally.print()
}

await cli(help, options, Number.POSITIVE_INFINITY, async ({ values, positionals }) => {
  const [address, ...command] = positionals
  if (address === undefined) throw new UsageError('which server?')
  const timeout = wholeNumber('--timeout', values.timeout, 1)
  const seconds = wholeNumber('--seconds', values.seconds, 1, 3_600)
  const n = wholeNumber('--pipeline', values.pipeline ?? '1', 1, 100_000)
  if (values.pipeline !== undefined && command.length === 0) throw new UsageError('which command?')

  const stop = stopSignal()
  await using conn = await new Dialer({ timeout }).dial('tcp', address, { signal: stop })
  const redis = new Redis(conn, timeout)
  try {
    if (values.pipeline !== undefined) {
      await pipeline(redis, command, { n, end: performance.now() + seconds * 1000, stop })
    } else if (command.length > 0) await ask(redis, command, stop)
    else await converse(redis, `${address}> `, stop)
  } catch (error) {
    if (!stop.aborted) throw error
  }
})
