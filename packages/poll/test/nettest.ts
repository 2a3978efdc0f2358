// Go: golang.org/x/net/nettest/conntest.go. What every connection owes, whatever it runs over.
import { describe, expect, it } from 'vitest'

/** What a connection under test must offer. */
export interface NetConn {
  read(buf: Uint8Array): Promise<number | null>
  write(buf: Uint8Array): Promise<number>
  close(): Promise<void>
  setDeadline(t: Date | number | null): void
  setReadDeadline(t: Date | number | null): void
  setWriteDeadline(t: Date | number | null): void
  readonly localAddr?: unknown
  readonly remoteAddr?: unknown
}

/** Two connected ends, and what closes whatever else was made for them. */
export interface NetPair {
  readonly c1: NetConn
  readonly c2: NetConn
  stop(): Promise<void>
}

const PAST = new Date(1)
const CALLERS = 10

const bytes = (length: number, from = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (from + i * 7) & 0x7f)

const isTimeout = (error: unknown): boolean => (error as { timeout?: unknown }).timeout === true

/** The error of a call that must fail. */
async function errorOf(call: Promise<unknown>): Promise<Error & { bytesWritten?: number }> {
  try {
    await call
  } catch (error) {
    return error as Error
  }
  throw new Error('the call succeeded')
}

async function expectTimeout(call: Promise<unknown>): Promise<void> {
  const error = await errorOf(call)
  if (!isTimeout(error)) throw error
}

async function readFull(c: NetConn, length: number): Promise<Uint8Array> {
  const buf = new Uint8Array(length)
  for (let at = 0; at < length; ) {
    const n = await c.read(buf.subarray(at))
    if (n === null) return buf.subarray(0, at)
    at += n
  }
  return buf
}

/** Writes until a write fails, and answers with the error. */
async function writeUntilError(c: NetConn): Promise<unknown> {
  const chunk = new Uint8Array(1024)
  for (;;) {
    try {
      await c.write(chunk)
    } catch (error) {
      return error
    }
  }
}

/** Reads until a read fails or the stream ends. */
async function readUntilError(c: NetConn): Promise<unknown> {
  const buf = new Uint8Array(1024)
  for (;;) {
    try {
      if ((await c.read(buf)) === null) return null
    } catch (error) {
      return error
    }
  }
}

/** A byte goes there and another comes back. */
async function roundTrip(c1: NetConn, c2: NetConn): Promise<void> {
  const [, there] = await Promise.all([c1.write(bytes(16)), readFull(c2, 16)])
  expect(there).toEqual(bytes(16))
  const [, back] = await Promise.all([c2.write(bytes(16, 5)), readFull(c1, 16)])
  expect(back).toEqual(bytes(16, 5))
}

/** Brings two ends into step again after any number of bytes below 0x80 were left in between. */
async function resync(c1: NetConn, c2: NetConn): Promise<void> {
  c1.setDeadline(null)
  c2.setDeadline(null)
  const skip = async (c: NetConn): Promise<void> => {
    for (;;) {
      const [byte] = await readFull(c, 1)
      if (byte === 0xff || byte === undefined) return
    }
  }
  await Promise.all([c1.write(Uint8Array.of(0xff)), skip(c2)])
  await Promise.all([c2.write(Uint8Array.of(0xff)), skip(c1)])
}

const times = <T>(n: number, f: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: n }, (_, i) => f(i)))

async function basicIO({ c1, c2 }: NetPair): Promise<void> {
  const want = bytes(1 << 20)
  const send = async (): Promise<void> => {
    for (let at = 0; at < want.length; at += 1024) await c1.write(want.subarray(at, at + 1024))
    await c1.close()
  }
  const receive = async (): Promise<Uint8Array> => {
    const got = await readFull(c2, want.length)
    expect(await c2.read(new Uint8Array(1024))).toBe(null)
    await c2.close()
    return got
  }
  const [, got] = await Promise.all([send(), receive()])
  expect(Buffer.compare(got, want)).toBe(0)
}

async function pingPong({ c1, c2 }: NetPair): Promise<void> {
  const LAST = 1000
  const play = async (c: NetConn): Promise<void> => {
    for (;;) {
      const message = await readFull(c, 8)
      if (message.length === 0) return
      const view = new DataView(message.buffer)
      const turn = view.getUint32(0)
      view.setUint32(0, turn + 1)
      if (turn <= LAST) await c.write(message)
      if (turn >= LAST) return c.close()
    }
  }
  await Promise.all([c1.write(new Uint8Array(8)), play(c1), play(c2)])
}

async function racyRead({ c1, c2 }: NetPair): Promise<void> {
  const writer = writeUntilError(c2)
  await times(CALLERS, async () => {
    const mine = new Uint8Array(1024)
    const mark = new Uint8Array(1024).fill(0xaa)
    for (let i = 0; i < 10; i++) {
      c1.setReadDeadline(Date.now() + 1)
      try {
        await c1.read(mine)
      } catch (error) {
        if (!isTimeout(error)) throw error
      }
      // The call is over: the kernel may not write into its buffer any more.
      mine.set(mark)
      await Promise.resolve()
      expect(Buffer.compare(mine, mark)).toBe(0)
    }
  })
  c2.setWriteDeadline(PAST)
  expect(isTimeout(await writer)).toBe(true)
}

async function racyWrite({ c1, c2 }: NetPair): Promise<void> {
  const reader = readUntilError(c2)
  await times(CALLERS, async () => {
    const mine = new Uint8Array(1024)
    for (let i = 0; i < 10; i++) {
      c1.setWriteDeadline(Date.now() + 1)
      try {
        await c1.write(mine)
      } catch (error) {
        if (!isTimeout(error)) throw error
      }
      mine.fill(i)
    }
  })
  c2.setReadDeadline(PAST)
  expect(isTimeout(await reader)).toBe(true)
}

async function readTimeout({ c1, c2 }: NetPair): Promise<void> {
  const reader = readUntilError(c2)
  c1.setReadDeadline(PAST)
  await expectTimeout(c1.read(new Uint8Array(1024)))
  expect(await c1.write(new Uint8Array(1024))).toBe(1024)
  c2.setReadDeadline(PAST)
  await reader
}

async function writeTimeout({ c1, c2 }: NetPair): Promise<void> {
  const writer = writeUntilError(c2)
  c1.setWriteDeadline(PAST)
  await expectTimeout(c1.write(new Uint8Array(1024)))
  expect(await c1.read(new Uint8Array(1024))).toBeGreaterThan(0)
  c2.setWriteDeadline(PAST)
  await writer
}

async function pastTimeout({ c1, c2 }: NetPair): Promise<void> {
  c1.setDeadline(PAST)
  const write = await errorOf(c1.write(new Uint8Array(1024)))
  expect([isTimeout(write), write.bytesWritten ?? 0]).toEqual([true, 0])
  await expectTimeout(c1.read(new Uint8Array(1024)))
  await resync(c1, c2)
  await roundTrip(c1, c2)
}

async function presentTimeout({ c1 }: NetPair): Promise<void> {
  let set = false
  const read = errorOf(c1.read(new Uint8Array(1024))).then((error) => ({ error, set }))
  const write = writeUntilError(c1).then((error) => ({ error, set }))
  // A later moment, reached without measuring time: by then both calls wait.
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
  set = true
  c1.setReadDeadline(PAST)
  c1.setWriteDeadline(PAST)
  for (const ended of await Promise.all([read, write])) {
    expect([isTimeout(ended.error), ended.set]).toEqual([true, true])
  }
}

async function futureTimeout({ c1, c2 }: NetPair): Promise<void> {
  c1.setDeadline(new Date(Date.now() + 100))
  const [read, write] = await Promise.all([
    errorOf(c1.read(new Uint8Array(1024))),
    writeUntilError(c1),
  ])
  expect([isTimeout(read), isTimeout(write)]).toEqual([true, true])
  const reader = readUntilError(c2)
  c1.setDeadline(null)
  await c1.close()
  await reader
}

async function futureTimeoutThenUse({ c1, c2 }: NetPair): Promise<void> {
  c1.setDeadline(new Date(Date.now() + 20))
  await expectTimeout(c1.read(new Uint8Array(1024)))
  await resync(c1, c2)
  await roundTrip(c1, c2)
}

async function closeTimeout({ c1 }: NetPair): Promise<void> {
  c1.setDeadline(new Date(Date.now() + 3_600_000))
  const read = errorOf(c1.read(new Uint8Array(1024)))
  const write = writeUntilError(c1)
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
  await c1.close()
  for (const error of await Promise.all([read, write])) expect(isTimeout(error)).toBe(false)
}

async function concurrentMethods({ c1, c2 }: NetPair): Promise<void> {
  const swallow = (error: unknown): void => {
    if (!isTimeout(error)) throw error
  }
  await times(100, async () => {
    const calls = [c1.read(new Uint8Array(1024)), c1.write(bytes(1024))]
    c1.setDeadline(Date.now() + 10)
    c1.setReadDeadline(Date.now() + 10)
    c1.setWriteDeadline(Date.now() + 10)
    expect(c1.localAddr).toBe(c1.localAddr)
    expect(c1.remoteAddr).toBe(c1.remoteAddr)
    await Promise.all(calls.map((call) => call.catch(swallow)))
  })
  await resync(c1, c2)
  await roundTrip(c1, c2)
}

const BEHAVIOURS: [go: string, title: string, test: (pair: NetPair) => Promise<void>][] = [
  ['BasicIO', 'carries 1 MiB in small chunks, and close is the end of the stream', basicIO],
  ['PingPong', 'alternates strictly, a thousand times', pingPong],
  ['RacyRead', 'lets many read at once, and leaves their buffers alone afterwards', racyRead],
  ['RacyWrite', 'lets many write at once', racyWrite],
  ['ReadTimeout', 'writes though the read deadline has passed', readTimeout],
  ['WriteTimeout', 'reads though the write deadline has passed', writeTimeout],
  ['PastTimeout', 'moves nothing past a deadline, and goes on when it is lifted', pastTimeout],
  ['PresentTimeout', 'ends calls that wait when their deadline passes', presentTimeout],
  ['FutureTimeout', 'ends calls when a deadline in the future comes', futureTimeout],
  ['FutureTimeout', 'is usable after a deadline in the future came', futureTimeoutThenUse],
  ['CloseTimeout', 'ends calls on close, whatever their deadline', closeTimeout],
  ['ConcurrentMethods', 'bears all methods at once', concurrentMethods],
]

/** The ten behaviours of nettest.TestConn, over whatever `make` connects. */
export function testConn(name: string, make: () => Promise<NetPair>): void {
  describe(`nettest.TestConn over ${name}`, () => {
    it.each(BEHAVIOURS)('%s: %s', async (_go, _title, test) => {
      const pair = await make()
      try {
        await test(pair)
      } finally {
        await pair.stop()
      }
    })
  })
}
