// Go: net/http/serve_test.go, TestServerShutdown and its kin, for connections in place of requests.
import { getEventListeners } from 'node:events'
import { hook as pollHook } from '@netfd/poll/testing'
import { close, EBADF, EMFILE } from '@netfd/syscall'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { bufReader } from '../src/bufio/index.js'
import type { Conn, Listener, TCPConn, TCPListener } from '../src/index.js'
import { Dialer, fileConn, pipe, serve } from '../src/index.js'
import {
  countCalls,
  dialed,
  errorOf,
  fakeTime,
  listening,
  never,
  PAST,
  readAll,
  readFull,
  refusing,
  replacePoll,
  text,
  thrown,
  track,
  turns,
  until,
  watchPromise,
} from './support.js'

const room = () => new Uint8Array(64)

/** Reads until the peer's end. */
async function drained(conn: Conn): Promise<void> {
  const buf = room()
  while ((await conn.read(buf)) !== null);
}

/** How the peer saw a connection end: `end`, or the code of the error. */
const endOf = (conn: Conn): Promise<string> =>
  drained(conn).then(
    () => 'end',
    (error: NodeJS.ErrnoException) => error.code ?? 'no code',
  )

/** The same, of a peer that dials now: a reset that comes at once may be what ends its dial. */
const endOfDial = (listener: TCPListener, dialer?: Dialer): Promise<string> =>
  dialed(listener.addr, 'tcp', dialer).then(
    endOf,
    (error: NodeJS.ErrnoException) => error.code ?? 'no code',
  )

/** A promise to be settled by the test. */
function gate(): { open: () => void; opened: Promise<void> } {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

/** The warnings that come until the test is over. */
function warnings(): (Error & { code?: string; detail?: string })[] {
  const got: Error[] = []
  const keep = (warning: Error): void => void got.push(warning)
  process.on('warning', keep)
  onTestFinished(() => void process.off('warning', keep))
  return got
}

/** What onError was told. */
function told(): {
  errors: [unknown, Conn | null][]
  onError: (e: unknown, c: Conn | null) => void
} {
  const errors: [unknown, Conn | null][] = []
  return { errors, onError: (error, conn) => void errors.push([error, conn]) }
}

/** A handler that sends back what comes, for as long as the signal lets it. */
function echo(signal: AbortSignal): (conn: TCPConn) => Promise<void> {
  return async (conn) => {
    const buf = room()
    for (;;) {
      const n = await conn.read(buf, { signal })
      if (n === null) return
      await conn.write(buf.subarray(0, n))
    }
  }
}

/** A handler, and how often it was called. */
function counted<C>(handle: (conn: C, n: number) => unknown): {
  begun: number
  handle: (conn: C) => unknown
} {
  const count = { begun: 0, handle: (conn: C) => handle(conn, count.begun++) }
  return count
}

describe('a handler', () => {
  it('runs for each connection, without waiting for the others', async () => {
    const listener = await listening()
    const all = gate()
    let running = 0
    const served = serve(listener, async () => {
      running++
      await all.opened
    })
    const peers = [await dialed(listener.addr), await dialed(listener.addr)]
    await until(() => running === 2)
    all.open()
    expect(await Promise.all(peers.map(endOf))).toEqual(['end', 'end'])
    await listener.close()
    await served
  })

  it('that is done has its connection closed', async () => {
    const listener = await listening()
    const served = serve(listener, async (conn) => {
      await conn.write('bye')
    })
    const peer = await dialed(listener.addr)
    expect(text(await readAll(peer))).toBe('bye')
    await listener.close()
    await served
  })

  it('that returns no promise has its connection closed at its return', async () => {
    const listener = await listening()
    const served = serve(listener, (conn) => void conn.tryWrite(Buffer.from('bye')))
    expect(text(await readAll(await dialed(listener.addr)))).toBe('bye')
    await listener.close()
    await served
  })

  it('may close the connection itself', async () => {
    const listener = await listening()
    const { errors, onError } = told()
    const served = serve(listener, (conn) => conn.close(), { onError })
    expect(await endOfDial(listener)).toBe('end')
    await listener.close()
    await served
    expect(errors).toEqual([])
  })

  it('may detach the connection, whose descriptor is left alone', async () => {
    const listener = await listening()
    const { errors, onError } = told()
    const fds: number[] = []
    const served = serve(listener, (conn) => void fds.push(conn.detach()), { onError })
    const peer = await dialed(listener.addr)
    await until(() => fds.length === 1)
    await listener.close()
    await served
    const [fd] = fds as [number]
    const conn = track(fileConn(fd))
    close(fd)
    await conn.write('still here')
    expect(await peer.read(room())).toBe(10)
    expect(errors).toEqual([])
  })
})

describe('a handler that fails', () => {
  it.each([
    ['rejects', () => Promise.reject(new Error('on purpose'))],
    [
      'throws',
      () => {
        throw new Error('on purpose')
      },
    ],
  ])('because it %s has its connection reset, and onError is told', async (_, handle) => {
    const listener = await listening()
    const { errors, onError } = told()
    const served = serve(listener, handle, { onError })
    const localAddr = await refusing()
    const ends = [await endOfDial(listener, new Dialer({ localAddr })), await endOfDial(listener)]
    expect(ends).toEqual(['ECONNRESET', 'ECONNRESET'])
    await listener.close()
    await served
    expect(errors).toEqual([
      [expect.objectContaining({ message: 'on purpose' }), expect.anything()],
      [expect.objectContaining({ message: 'on purpose' }), expect.anything()],
    ])
    expect(String(errors[0]?.[1]?.remoteAddr)).toBe(String(localAddr))
  })

  it('can be looked at by onError, before its connection is reset', async () => {
    const listener = await listening()
    const states: string[] = []
    const served = serve(listener, () => Promise.reject(new Error('on purpose')), {
      onError: (_, conn) => void states.push(String(conn?.info().state)),
    })
    expect(await endOfDial(listener)).toBe('ECONNRESET')
    await listener.close()
    await served
    expect(states).toEqual(['ESTABLISHED'])
  })

  it('after it has closed or detached its connection is told of once', async () => {
    const listener = await listening()
    const { errors, onError } = told()
    let n = 0
    const served = serve(
      listener,
      async (conn) => {
        if (n++ === 0) await conn.close()
        else close(conn.detach())
        throw new Error('on purpose')
      },
      { onError },
    )
    expect(await endOfDial(listener)).toBe('end')
    expect(await endOfDial(listener)).toBe('end')
    await listener.close()
    await served
    expect(errors.map(([error]) => (error as Error).message)).toEqual(['on purpose', 'on purpose'])
  })

  describe.each([
    ['whose code', 'code'],
    ['whose op', 'op'],
    ['whose message', 'message'],
    ['whose look', Symbol.for('nodejs.util.inspect.custom')],
  ])('with an error %s cannot be asked for', (_, key) => {
    const evil = (): Error =>
      Object.defineProperty(new Error('on purpose'), key, {
        get: () => {
          throw new Error('not to be looked at')
        },
      })

    it('harms no other: it is told of, and serve ends', async () => {
      const got = warnings()
      const listener = await listening()
      const served = serve(listener, () => Promise.reject(evil()))
      expect(await endOfDial(listener)).toBe('ECONNRESET')
      expect(await endOfDial(listener)).toBe('ECONNRESET')
      await listener.close()
      await served
      await until(() => got.length === 1)
      expect(got).toMatchObject([{ code: 'NETFD_SERVE' }])
    })

    it('is judged at the abort as any other', async () => {
      const listener = await listening()
      const stop = new AbortController()
      const { errors, onError } = told()
      const aborted = gate()
      const server = counted(async () => {
        await aborted.opened
        throw evil()
      })
      const served = serve(listener, server.handle, { signal: stop.signal, onError })
      const peer = await dialed(listener.addr)
      await until(() => server.begun === 1)
      stop.abort()
      aborted.open()
      await served
      expect(await endOf(peer)).toBe('ECONNRESET')
      expect(errors.length).toBe(1)
    })
  })

  it('is a warning where no onError is told, the first time for each code', async () => {
    const got = warnings()
    const listener = await listening()
    const failures: unknown[] = [
      Object.assign(new Error('gone'), { code: 'EPIPE' }),
      Object.assign(new Error('gone, too'), { code: 'EPIPE' }),
      new TypeError('a mistake'),
      'a text',
      null,
    ]
    const served = serve(listener, () => Promise.reject(failures.shift()))
    for (const _ of [...failures]) expect(await endOfDial(listener)).toBe('ECONNRESET')
    await listener.close()
    await served
    await turns(2)
    expect(got.map(({ message }) => message)).toEqual([
      'a connection could not be served: gone',
      'a connection could not be served: a mistake',
      "a connection could not be served: 'a text'",
      'a connection could not be served: null',
    ])
    expect(got[1]).toMatchObject({ name: 'ServeWarning', code: 'NETFD_SERVE' })
    // Where in the program it was.
    expect(got[1]?.detail).toContain('serve.test.ts')
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('onError, too')
      },
    ],
    ['rejects', () => Promise.reject(new Error('onError, too'))],
  ])('harms no other, also when onError %s: that is a warning', async (_, onError) => {
    const got = warnings()
    const listener = await listening()
    let n = 0
    const served = serve(
      listener,
      async (conn) => {
        if (n++ === 1) throw new Error('on purpose')
        await drained(conn)
      },
      { onError },
    )
    const first = await dialed(listener.addr)
    expect(await endOfDial(listener)).toBe('ECONNRESET')
    first.closeWrite()
    expect(await endOf(first)).toBe('end')
    await listener.close()
    await served
    await turns(2)
    expect(got).toMatchObject([{ code: 'NETFD_SERVE', message: 'onError failed: onError, too' }])
  })
})

describe('a limit', () => {
  it('leaves what is over it in the backlog, where accept4(2) is not called for it', async () => {
    const listener = await listening()
    const gates = [gate(), gate(), gate()]
    const server = counted((_, n) => gates[n]?.opened)
    const peers = await Promise.all([1, 2, 3].map(() => dialed(listener.addr)))
    const calls = countCalls('accept4')
    const served = serve(listener, server.handle, { limit: 2 })
    await until(() => server.begun === 2)
    await turns(10)
    expect([server.begun, calls.accept4]).toEqual([2, 2])
    gates[1]?.open()
    await until(() => server.begun === 3)
    expect(calls.accept4).toBe(3)
    for (const { open } of gates) open()
    expect(await Promise.all(peers.map(endOf))).toEqual(['end', 'end', 'end'])
    await listener.close()
    await served
  })

  it('counts a connection until it is closed, also after a failure', async () => {
    const listener = await listening()
    let most = 0
    let open = 0
    const served = serve(
      listener,
      async () => {
        most = Math.max(most, ++open)
        await turns(1)
        open--
        throw new Error('on purpose')
      },
      { limit: 1, onError: () => undefined },
    )
    const peers = await Promise.all([1, 2, 3, 4].map(() => dialed(listener.addr)))
    expect(await Promise.all(peers.map(endOf))).toEqual(Array(4).fill('ECONNRESET'))
    expect(most).toBe(1)
    await listener.close()
    await served
  })

  it('that is reached keeps neither the abort nor a close of the listener from ending it', async () => {
    for (const how of ['abort', 'close']) {
      const listener = await listening()
      const stop = new AbortController()
      const busy = gate()
      const server = counted(() => busy.opened)
      const served = serve(listener, server.handle, { limit: 1, signal: stop.signal })
      const first = await dialed(listener.addr)
      await until(() => server.begun === 1)
      const second = await dialed(listener.addr)
      if (how === 'abort') stop.abort()
      else await listener.close()
      busy.open()
      await served
      expect(await endOf(first)).toBe('end')
      expect(await endOf(second)).toBe('ECONNRESET')
      expect(server.begun).toBe(1)
    }
  })
})

describe('accepting', () => {
  it('goes on after EMFILE, as the loop over the listener does', async () => {
    const got = warnings()
    const listener = await listening()
    const { accept4 } = pollHook
    const errnos = [EMFILE, EMFILE]
    replacePoll({ accept4: (...args) => -(errnos.shift() ?? 0) || accept4(...args) })
    const served = serve(listener, () => undefined)
    expect(await endOfDial(listener)).toBe('end')
    await listener.close()
    await served
    expect(got).toMatchObject([{ code: 'NETFD_ACCEPT' }])
  })

  it('is ended by the abort while it waits at EMFILE', async () => {
    const listener = await listening()
    let tries = 0
    replacePoll({
      accept4: () => {
        tries++
        return -EMFILE
      },
    })
    const stop = new AbortController()
    const served = serve(listener, () => undefined, { signal: stop.signal })
    await dialed(listener.addr)
    await until(() => tries > 0)
    stop.abort()
    await served
  })

  it('that fails for good tells onError at once, and rejects when the handlers are done', async () => {
    const listener = await listening()
    const { errors, onError } = told()
    const busy = gate()
    const server = counted(() => busy.opened)
    const served = serve(listener, server.handle, { onError })
    const ending = watchPromise(served)
    const peer = await dialed(listener.addr)
    await until(() => server.begun === 1)
    replacePoll({ accept4: () => -EBADF })
    expect(await endOfDial(listener)).toBe('ECONNRESET')
    await until(() => errors.length === 1)
    expect(errors).toEqual([[expect.objectContaining({ code: 'EBADF', op: 'accept' }), null]])
    await turns(5)
    expect(ending.state).toBe('pending')
    busy.open()
    expect(await errorOf(served)).toMatchObject({ code: 'EBADF' })
    expect(await endOf(peer)).toBe('end')
    // Clients are refused rather than left in the backlog.
    expect((await errorOf(dialed(listener.addr))).code).toBe('ECONNREFUSED')
  })

  it('that fails for good is a warning where no onError is told', async () => {
    const got = warnings()
    const listener = await listening()
    listener.setDeadline(PAST)
    expect(await errorOf(serve(listener, () => undefined))).toMatchObject({ code: 'ETIMEDOUT' })
    await turns(2)
    expect(got).toMatchObject([
      {
        code: 'NETFD_SERVE',
        message: `no more connections are accepted: accept tcp ${listener.addr}: i/o timeout`,
      },
    ])
  })

  it('that failed for good lets the abort shorten what is left', async () => {
    const listener = await listening()
    const stop = new AbortController()
    const { errors, onError } = told()
    const server = counted(drained)
    const served = serve(listener, server.handle, { signal: stop.signal, grace: 0, onError })
    const peer = await dialed(listener.addr)
    await until(() => server.begun === 1)
    replacePoll({ accept4: () => -EBADF })
    expect(await endOfDial(listener)).toBe('ECONNRESET')
    await until(() => errors.length === 1)
    stop.abort()
    expect(await errorOf(served)).toMatchObject({ code: 'EBADF' })
    expect(await endOf(peer)).toBe('ECONNRESET')
    expect(errors).toHaveLength(1)
  })
})

describe('a listener that is closed elsewhere', () => {
  it('ends it once its handlers are done', async () => {
    const listener = await listening()
    const server = counted(drained)
    const served = serve(listener, server.handle, { grace: 0 })
    const ending = watchPromise(served)
    const peer = await dialed(listener.addr)
    await until(() => server.begun === 1)
    await listener.close()
    await turns(5)
    expect(ending.state).toBe('pending')
    peer.closeWrite()
    await served
    expect(await endOf(peer)).toBe('end')
  })

  it('leaves it to the abort to end handlers that go on', async () => {
    const listener = await listening()
    const stop = new AbortController()
    const server = counted(drained)
    const served = serve(listener, server.handle, { signal: stop.signal, grace: 0 })
    const peer = await dialed(listener.addr)
    await until(() => server.begun === 1)
    await listener.close()
    stop.abort()
    await served
    expect(await endOf(peer)).toBe('ECONNRESET')
  })
})

describe('the abort', () => {
  it('closes the listener, and handlers that are under way end by themselves', async () => {
    const listener = await listening()
    const stop = new AbortController()
    const { errors, onError } = told()
    const busy = gate()
    const served = serve(
      listener,
      async (conn) => {
        await conn.read(room())
        await busy.opened
        await conn.write('whole')
      },
      { signal: stop.signal, onError },
    )
    const ending = watchPromise(served)
    const peer = await dialed(listener.addr)
    await peer.write('x')
    await turns(5)
    stop.abort()
    expect((await errorOf(dialed(listener.addr))).code).toBe('ECONNREFUSED')
    expect(ending.state).toBe('pending')
    busy.open()
    expect(text(await readAll(peer))).toBe('whole')
    await served
    expect(errors).toEqual([])
  })

  it('resets what is left when the grace is over, and tells of no error', async () => {
    fakeTime()
    const listener = await listening()
    const stop = new AbortController()
    const { errors, onError } = told()
    const server = counted((conn: TCPConn) => drained(conn))
    const served = serve(listener, server.handle, { signal: stop.signal, grace: 5_000, onError })
    const ending = watchPromise(served)
    const peers = [await dialed(listener.addr), await dialed(listener.addr)]
    await until(() => server.begun === 2)
    stop.abort()
    await vi.advanceTimersByTimeAsync(4_999)
    await turns(5)
    expect(ending.state).toBe('pending')
    await vi.advanceTimersByTimeAsync(1)
    await served
    expect(await Promise.all(peers.map(endOf))).toEqual(['ECONNRESET', 'ECONNRESET'])
    expect(errors).toEqual([])
  })

  it('leaves no timer when the handlers end within the grace', async () => {
    fakeTime()
    const listener = await listening()
    const stop = new AbortController()
    const served = serve(listener, drained, { signal: stop.signal, grace: 5_000 })
    stop.abort()
    expect(vi.getTimerCount()).toBe(1)
    await served
    expect(vi.getTimerCount()).toBe(0)
  })

  it('waits for handlers that wait for something else', async () => {
    const listener = await listening()
    const stop = new AbortController()
    const busy = gate()
    const server = counted(() => busy.opened)
    const served = serve(listener, server.handle, { signal: stop.signal, grace: 0 })
    const ending = watchPromise(served)
    const peer = await dialed(listener.addr)
    await until(() => server.begun === 1)
    stop.abort()
    expect(await endOf(peer)).toBe('ECONNRESET')
    expect(ending.state).toBe('pending')
    busy.open()
    await served
  })

  it('closes a connection whose handler the signal took from its read: its last answer arrives', async () => {
    const listener = await listening()
    const stop = new AbortController()
    const { errors, onError } = told()
    const served = serve(listener, echo(stop.signal), { signal: stop.signal, onError })
    const peer = await dialed(listener.addr)
    await peer.write('ping')
    await readFull(peer, 4)
    stop.abort()
    await served
    expect(await endOf(peer)).toBe('end')
    expect(errors).toEqual([])
  })

  it('loses no answer of a client that has sent further requests and reads late', async () => {
    const listener = await listening()
    const stop = new AbortController()
    let answered = 0
    const served = serve(
      listener,
      async (conn: TCPConn) => {
        const reader = bufReader(conn)
        for (;;) {
          if ((await reader.peek(1, { signal: stop.signal })).length === 0) return
          await conn.write(`${await reader.readLine({ max: 100 })}\n`)
          if (++answered === 400) stop.abort()
        }
      },
      { signal: stop.signal },
    )
    const client = await dialed(listener.addr)
    // More than the server's buffer holds: the end finds requests unread.
    const sending = client.write('hello world\n'.repeat(20_000))
    await until(() => stop.signal.aborted)
    await turns(20)
    const answers = readAll(client)
    await sending
    client.closeWrite()
    expect(text(await answers)).toBe('hello world\n'.repeat(answered))
    await served
  })

  it('closes one whose buffered reader found it aborted after an answer', async () => {
    const listener = await listening()
    const stop = new AbortController()
    const { signal } = stop
    const { errors, onError } = told()
    const served = serve(
      listener,
      async (conn) => {
        const reader = bufReader(conn)
        for (;;) {
          await conn.write(`${await reader.readLine({ max: 100, signal })}\n`)
          stop.abort() // it comes while the answer is on its way
        }
      },
      { signal, onError },
    )
    const peer = await dialed(listener.addr)
    await peer.write('ping\npong\n')
    await readFull(peer, 5)
    await served
    expect(await endOf(peer)).toBe('end')
    expect(errors).toEqual([])
  })

  it('resets a connection whose handler it took from anything else: half an answer does not look whole', async () => {
    const listener = await listening()
    const stop = new AbortController()
    const { signal } = stop
    const { errors, onError } = told()
    const [source, other] = pipe()
    track(source)
    track(other)
    const waits: ((conn: TCPConn) => Promise<unknown>)[] = [
      (conn) => conn.write(new Uint8Array(64 << 20), { signal }),
      () => source.read(room(), { signal }),
      () =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    ]
    const server = counted((conn: TCPConn, n) => waits[n]?.(conn))
    const served = serve(listener, server.handle, { signal, onError })
    const peers = await Promise.all(waits.map(() => dialed(listener.addr)))
    await until(() => server.begun === 3)
    stop.abort()
    await served
    expect(await Promise.all(peers.map(endOf))).toEqual(Array(3).fill('ECONNRESET'))
    expect(errors).toEqual([])
  })

  it('hides no other error, before it or after it', async () => {
    const listener = await listening()
    const stop = new AbortController()
    const { errors, onError } = told()
    const busy = gate()
    const server = counted(async (_, n) => {
      if (n === 0) throw Object.assign(new Error('another one'), { code: 'ABORT_ERR' })
      await busy.opened
      throw Object.assign(new Error('closed early'), { code: 'ERR_NET_CLOSED' })
    })
    const served = serve(listener, server.handle, { signal: stop.signal, onError })
    await endOfDial(listener)
    await dialed(listener.addr)
    await until(() => server.begun === 2)
    stop.abort()
    busy.open()
    await served
    expect(errors.map(([error]) => (error as Error).message)).toEqual([
      'another one',
      'closed early',
    ])
  })

  it('that came before the call closes the listener, and no handler runs', async () => {
    const listener = await listening()
    const peer = await dialed(listener.addr)
    const server = counted(() => undefined)
    await serve(listener, server.handle, { signal: AbortSignal.abort() })
    expect(await endOf(peer)).toBe('ECONNRESET')
    expect(server.begun).toBe(0)
  })

  it('resets what was accepted in its very turn, and no handler runs', async () => {
    const listener = await listening()
    const stop = new AbortController()
    const { accept4 } = pollHook
    replacePoll({
      accept4: (...args) => {
        const fd = accept4(...args)
        if (fd >= 0) stop.abort()
        return fd
      },
    })
    const server = counted(() => undefined)
    const served = serve(listener, server.handle, { signal: stop.signal })
    expect(await endOfDial(listener)).toBe('ECONNRESET')
    await served
    expect(server.begun).toBe(0)
  })

  it('has one listener on the signal, whatever the number of connections', async () => {
    const got = warnings()
    const listener = await listening('tcp', '127.0.0.1:0', { backlog: 4_096 })
    const stop = new AbortController()
    const server = counted(echo(stop.signal))
    const served = serve(listener, server.handle, { signal: stop.signal })
    const peers = await Promise.all(Array.from({ length: 2_000 }, () => dialed(listener.addr)))
    await until(() => server.begun === 2_000)
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1)
    stop.abort()
    await served
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0)
    expect(new Set(await Promise.all(peers.map(endOf)))).toEqual(new Set(['end']))
    expect(got).toEqual([])
  })

  it('that never comes leaves no listener on the signal', async () => {
    const listener = await listening()
    const { signal } = new AbortController()
    const served = serve(listener, () => undefined, { signal })
    await listener.close()
    await served
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})

describe('a listener of the program’s own', () => {
  /** Ends of pipes: they cannot be reset. */
  class Pipes implements Listener<Conn> {
    readonly addr = { network: 'pipe', toString: () => 'pipe' }
    readonly #conns: Conn[]
    readonly #closing = gate()
    closed = 0

    constructor(conns: Conn[]) {
      this.#conns = conns
    }

    accept(): Promise<Conn> {
      return Promise.reject(new Error('the loop is what serves'))
    }

    async close(): Promise<void> {
      this.closed++
      this.#closing.open()
    }

    async *[Symbol.asyncIterator](): AsyncGenerator<Conn, void, undefined> {
      yield* this.#conns
      await this.#closing.opened
    }

    async [Symbol.asyncDispose](): Promise<void> {
      if (this.closed === 0) await this.close()
    }
  }

  it('is served as ours is, and what cannot be reset is closed', async () => {
    const [peer, conn] = pipe()
    const [failing, failed] = pipe()
    for (const end of [peer, failing]) track(end)
    const listener = new Pipes([conn, failed])
    const stop = new AbortController()
    const { errors, onError } = told()
    let n = 0
    const served = serve(
      listener,
      async (conn) => {
        if (n++ > 0) throw new Error('on purpose')
        await drained(conn)
      },
      { signal: stop.signal, grace: 0, onError },
    )
    expect(await endOf(failing)).toBe('end')
    stop.abort()
    await served
    expect(await endOf(peer)).toBe('end')
    expect(listener.closed).toBe(1)
    expect(errors).toMatchObject([[{ message: 'on purpose' }, failed]])
  })

  it('whose connections take long to close has them counted until then', async () => {
    const ends = [pipe(), pipe()].flat().map(track)
    const slow = gate()
    const first = Object.assign(Object.create(ends[0] as Conn) as Conn, {
      [Symbol.asyncDispose]: () => slow.opened,
    })
    const listener = new Pipes([first, ends[2] as Conn])
    const server = counted(() => undefined)
    const served = serve(listener, server.handle, { limit: 1 })
    await turns(5)
    expect(server.begun).toBe(1)
    slow.open()
    await until(() => server.begun === 2)
    await listener.close()
    await served
  })

  it('that gives a connection after the abort has it closed, and no handler runs', async () => {
    const [peer, conn] = pipe()
    track(peer)
    const stop = new AbortController()
    const listener = new Pipes([])
    const late = Object.assign(listener, {
      async *[Symbol.asyncIterator]() {
        stop.abort()
        yield conn
      },
    })
    const server = counted(() => undefined)
    await serve(late, server.handle, { signal: stop.signal })
    expect(await endOf(peer)).toBe('end')
    expect(server.begun).toBe(0)
  })

  it('is closed once, and a close that fails is told of once, also after an abort', async () => {
    const { errors, onError } = told()
    const stop = new AbortController()
    let closes = 0
    const listener = new Pipes([])
    const bad = Object.assign(listener, {
      [Symbol.asyncDispose]: async () => {
        closes++
        await listener.close()
        throw new Error('no end')
      },
    })
    const served = serve(bad, () => undefined, { signal: stop.signal, onError })
    await turns(3)
    stop.abort()
    await served
    expect(closes).toBe(1)
    expect(errors).toMatchObject([[{ message: 'no end' }, null]])
  })

  it('whose close fails, and whose connections do, is told of', async () => {
    const { errors, onError } = told()
    const [peer, conn] = pipe()
    track(peer)
    track(conn)
    const bad = Object.assign(Object.create(conn) as Conn, {
      [Symbol.asyncDispose]: () => Promise.reject(new Error('no close')),
    })
    const listener = Object.assign(new Pipes([bad]), {
      [Symbol.asyncDispose]: () => Promise.reject(new Error('no end')),
    })
    await listener.close()
    await serve(listener, () => undefined, { onError })
    expect(errors.map(([error, on]) => [(error as Error).message, on])).toEqual([
      ['no close', bad],
      // Of the reset that was tried then.
      ['no close', bad],
      ['no end', null],
    ])
  })
})

it('a multipath listener is served', async () => {
  const listener = await listening('tcp', '127.0.0.1:0', { mptcp: true })
  const served = serve(listener, (conn) => conn.write('hello'))
  expect(text(await readAll(await dialed(listener.addr)))).toBe('hello')
  await listener.close()
  await served
})

describe('wrong arguments', () => {
  it.each([
    ['limit', 0, RangeError],
    ['limit', 1.5, RangeError],
    ['limit', Number.NaN, RangeError],
    ['limit', '8', TypeError],
    ['grace', -1, RangeError],
    ['grace', Number.NaN, RangeError],
    ['grace', 2 ** 31, RangeError],
    ['grace', null, TypeError],
    ['signal', {}, TypeError],
    ['onError', 'log', TypeError],
    ['graceful', true, TypeError],
  ])('%s: %s is refused at the call, and the listener stays open', async (name, value, kind) => {
    const listener = await listening()
    const error = thrown(() => serve(listener, () => undefined, { [name]: value }))
    expect(error).toBeInstanceOf(kind)
    expect(error.message).toContain(name)
    listener.setDeadline(never())
  })

  it('are a listener or a handler that is none', async () => {
    const listener = await listening()
    const wrong = serve as (...args: unknown[]) => unknown
    expect(thrown(() => wrong(null, () => undefined)).message).toBe(
      'listener must be a Listener, got null',
    )
    expect(thrown(() => wrong(listener, undefined)).message).toBe(
      'handle must be a function, got undefined',
    )
    expect(thrown(() => wrong(listener, { emit: () => true })).message).toBe(
      'handle must be a function, got Object: a server of Node’s is what serve of @netfd/net/node takes',
    )
  })
})
