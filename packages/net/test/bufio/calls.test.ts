// Calls that wait: in their order, under deadlines and signals, and what they leave behind.
import { createHook } from 'node:async_hooks'
import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { bufReader, bufWriter } from '../../src/bufio/index.js'
import { canHandOver, toDuplex, toNetSocket } from '../../src/node/index.js'
import { tracked } from '../node/streams.js'
import { countCalls, errorOf, PAST, pair, turns, watchPromise } from '../support.js'
import { Manual, pieces, script, text } from './sources.js'

describe('calls at once', () => {
  it('are served in their order, whatever they are', async () => {
    const src = new Manual()
    const reader = bufReader(src)
    const buf = new Uint8Array(2)
    const all = Promise.all([
      reader.readLine(),
      reader.readUntil(';'),
      reader.readFull(buf),
      reader.peek(1),
      reader.discard(1),
      reader.read(new Uint8Array(9)),
    ])
    src.give('line\nuntil;xyZend')
    const [line, until, full, peeked, gone, n] = await all
    expect([line, text(until), full, text(buf)]).toEqual(['line', 'until;', 2, 'xy'])
    expect([text(peeked), gone, n]).toEqual(['Z', 1, 3])
  })

  it('do not overtake one that waits, though there are bytes for them', async () => {
    const src = new Manual()
    const reader = bufReader(src)
    const peeked = reader.peek(3)
    src.give('abc')
    await peeked
    const buf = new Uint8Array(5)
    const full = reader.readFull(buf)
    const later = [
      reader.discard(1),
      reader.readFull(new Uint8Array(1)),
      reader.readLine(),
    ] as const
    expect(reader.buffered).toBe(3)
    src.give('defg\n')
    expect([await full, text(buf)]).toEqual([5, 'abcde'])
    expect(await Promise.all(later)).toEqual([1, 1, ''])
  })

  it('go on with the next when one fails', async () => {
    const reader = bufReader(script(['a', new Error('lost'), 'b\n']))
    const [first, second] = [reader.readLine(), reader.readLine()]
    await expect(first).rejects.toThrow('lost')
    expect(await second).toBe('ab')
  })

  it('leave the queue when they are aborted, and only they', async () => {
    const src = new Manual()
    const reader = bufReader(src)
    const controller = new AbortController()
    const first = reader.readLine()
    const second = reader.readLine({ signal: controller.signal })
    const third = reader.readLine()
    controller.abort(new Error('enough'))
    const error = await errorOf(second)
    expect(error).toMatchObject({ code: 'ABORT_ERR', cause: { message: 'enough' } })
    src.give('a\nb\n')
    expect([await first, await third]).toEqual(['a', 'b'])
    expect(src.signals).toEqual([undefined])
  })

  it('have no listener on the signal any more once they are done', async () => {
    const src = new Manual()
    const reader = bufReader(src)
    const { signal } = new AbortController()
    const first = reader.readLine()
    const second = reader.readLine({ signal })
    expect(getEventListeners(signal, 'abort').length).toBe(1)
    src.give('a\nb\n')
    expect([await first, await second]).toEqual(['a', 'b'])
    expect(getEventListeners(signal, 'abort').length).toBe(0)
  })

  it('leave the signal alone once their turn has come', async () => {
    const src = new Manual()
    const reader = bufReader(src)
    const controller = new AbortController()
    const first = reader.readLine()
    const second = reader.readLine({ signal: controller.signal })
    src.give('a\nb\n')
    expect([await first, await second]).toEqual(['a', 'b'])
    controller.abort()
    const third = reader.readLine()
    src.give('c\n')
    expect(await third).toBe('c')
  })
})

describe('a call that is given up', () => {
  const calls = [
    ['readLine', 'hello'],
    ['readUntil', 'hello\n'],
    ['readFull', 'hello\n'],
    ['a large readFull', 'hello\n'],
    ['peek', 'hello\n'],
  ] as const

  const start = (
    name: string,
    size: number,
    conn: Parameters<typeof bufReader>[0],
  ): ((o?: { signal: AbortSignal }) => Promise<string | null>) => {
    const reader = bufReader(conn, { size: name.startsWith('a large') ? 2 : size })
    return async (o) => {
      if (name === 'readLine') return await reader.readLine(o)
      if (name === 'readUntil') return text(await reader.readUntil('\n', o))
      if (name === 'peek') return text(await reader.peek(6, o))
      const buf = new Uint8Array(6)
      await reader.readFull(buf, o)
      return text(buf)
    }
  }

  it.each(calls)('by a deadline, as %s, goes on where it began', async (name, whole) => {
    const [client, server] = await pair()
    const call = start(name, 16, server)
    const calls = countCalls('recv')
    const waits = call()
    await client.write('hel')
    while (calls.recv < 2) await turns(1)
    server.setReadDeadline(PAST)
    expect(await errorOf(waits)).toMatchObject({ code: 'ETIMEDOUT', timeout: true })
    server.setReadDeadline(null)
    await client.write('lo\n')
    expect(await call()).toBe(whole)
  })

  it.each(calls)('by its signal, as %s, goes on where it began', async (name, whole) => {
    const [client, server] = await pair()
    const call = start(name, 16, server)
    const controller = new AbortController()
    const calls = countCalls('recv')
    const waits = call({ signal: controller.signal })
    await client.write('hel')
    while (calls.recv < 2) await turns(1)
    controller.abort()
    expect(await errorOf(waits)).toMatchObject({ code: 'ABORT_ERR' })
    expect(await errorOf(call({ signal: controller.signal }))).toMatchObject({ code: 'ABORT_ERR' })
    await client.write('lo\n')
    expect(await call()).toBe(whole)
  })

  it('has its bytes still when the connection is reset or closed', async () => {
    const [client, server] = await pair()
    const reader = bufReader(server)
    await client.write('part')
    await reader.peek(4)
    const waits = reader.readLine()
    await client.reset()
    expect(await errorOf(waits)).toMatchObject({ code: 'ECONNRESET' })
    await server.close()
    expect(await errorOf(reader.readFull(new Uint8Array(5)))).toMatchObject({
      code: 'ERR_NET_CLOSED',
    })
    expect(text(reader.unread())).toBe('part')
  })

  it('before it begins takes nothing either', async () => {
    const reader = bufReader(pieces('hello\n', 6))
    await reader.peek(6)
    const o = { signal: AbortSignal.abort() }
    const buf = new Uint8Array(1)
    const refused = [
      reader.readLine(o),
      reader.readUntil('\n', o),
      reader.read(buf, o),
      reader.readFull(buf, o),
      reader.peek(1, o),
      reader.discard(1, o),
    ]
    for (const call of refused) expect(await errorOf(call)).toMatchObject({ code: 'ABORT_ERR' })
    expect(await reader.readLine()).toBe('hello')
  })

  it('before it begins is the rejection of the connection, as during the wait', async () => {
    const [client, server] = await pair()
    const reader = bufReader(server)
    await client.write('here\n')
    await reader.peek(5)
    const error = await errorOf(reader.readLine({ signal: AbortSignal.abort() }))
    expect(error).toMatchObject({ code: 'ABORT_ERR', op: 'read', addr: server.remoteAddr })
  })
})

it('a deadline that has passed does not keep back bytes that are here', async () => {
  const [client, server] = await pair()
  const reader = bufReader(server)
  await client.write('one\ntwo')
  await reader.peek(7)
  server.setReadDeadline(PAST)
  expect(await reader.readLine()).toBe('one')
  expect(await errorOf(reader.readLine())).toMatchObject({ code: 'ETIMEDOUT' })
})

it('what is buffered costs one promise a call, resolved already, and no read', async () => {
  const src = pieces('0123456789'.repeat(400), 4000)
  const reader = bufReader(src)
  await reader.peek(4000)
  const buf = new Uint8Array(10)
  let promises = 0
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'PROMISE') promises++
    },
  }).enable()
  const last = [
    reader.readFull(buf),
    reader.read(buf),
    reader.discard(10),
    reader.peek(10),
  ] as const
  hook.disable()
  expect([promises, src.reads]).toEqual([4, 1])
  const settled = last.map((promise) => watchPromise<unknown>(promise))
  await Promise.resolve()
  expect(settled.every(({ state }) => state === 'resolved')).toBe(true)
})

it('a loop over small messages leaves the turn to others, however fast the peer is', async () => {
  const [client, server] = await pair()
  const total = 4 * 1024 * 1024
  const writing = client.write(new Uint8Array(total))
  const reader = bufReader(server)
  const buf = new Uint8Array(64)
  let turn = false
  setImmediate(() => {
    turn = true
  })
  let read = 0
  for (; !turn && read < total; read += buf.length) await reader.readFull(buf)
  expect(read).toBeLessThan(total / 2)
  expect(await reader.discard(total - read)).toBe(total - read)
  expect(await writing).toBe(total)
})

it('a transfer takes what was read ahead first, and may end in a buffered writer', async () => {
  const [client, server] = await pair()
  const [out, peer] = await pair()
  await client.write('head\nbody')
  client.closeWrite()
  const reader = bufReader(server)
  expect(await reader.readLine()).toBe('head')
  expect(await out.readFrom(reader)).toBe(4)
  out.closeWrite()
  const sink = bufWriter(server)
  expect(await peer.writeTo(sink)).toBe(4)
  expect(sink.buffered).toBe(4)
  await sink.flush()
  expect(await bufReader(client).peek(4)).toEqual(new Uint8Array(Buffer.from('body')))
})

describe('lines', () => {
  it('gives each line until the end', async () => {
    const seen: string[] = []
    for await (const line of bufReader(pieces('a\n\nb\r\nc', 2)).lines()) seen.push(line)
    expect(seen).toEqual(['a', '', 'b', 'c'])
  })

  it('can be left, and begun again, without losing a line', async () => {
    const reader = bufReader(pieces('a\nb\nc\n', 100))
    for await (const line of reader.lines()) {
      expect(line).toBe('a')
      break
    }
    expect(await reader.readLine()).toBe('b')
    for await (const line of reader.lines({ max: 1 })) expect(line).toBe('c')
  })

  it('can be left while it waits, which ends its read and loses nothing', async () => {
    const [client, server] = await pair()
    const reader = bufReader(server)
    const loop = reader.lines()
    const waits = loop.next()
    await client.write('hel')
    while (reader.buffered < 3) await turns(1)
    await loop.return()
    expect(await waits).toEqual({ done: true, value: undefined })
    await client.write('lo\n')
    expect(await reader.readLine()).toBe('hello')
  })

  it('fails as readLine does, and goes on in a loop with more room', async () => {
    const reader = bufReader(pieces('a\nlong\n', 3))
    const loop = reader.lines({ max: 2 })
    expect((await loop.next()).value).toBe('a')
    await expect(loop.next()).rejects.toMatchObject({ code: 'ERR_LINE_TOO_LONG', max: 2 })
    expect(await loop.next()).toEqual({ done: true, value: undefined })
    for await (const line of reader.lines()) expect(line).toBe('long')
  })

  it('ends with the error of the signal, before and while it waits', async () => {
    const [client, server] = await pair()
    const reader = bufReader(server)
    const controller = new AbortController()
    const loop = reader.lines({ signal: controller.signal })
    const waits = loop.next()
    await client.write('part')
    while (reader.buffered < 4) await turns(1)
    controller.abort()
    expect(await errorOf(waits)).toMatchObject({ code: 'ABORT_ERR' })
    const aborted = reader.lines({ signal: controller.signal })
    expect(await errorOf(aborted.next())).toMatchObject({ code: 'ABORT_ERR' })
    expect(text(reader.unread())).toBe('part')
  })
})

describe('unread', () => {
  it('takes out what is here, also while a call waits, which goes on with what comes', async () => {
    const src = new Manual()
    const reader = bufReader(src)
    const waits = reader.readLine()
    src.give('abc')
    while (reader.buffered === 0) await Promise.resolve()
    await turns(1)
    expect(text(reader.unread())).toBe('abc')
    expect([reader.buffered, text(reader.unread())]).toEqual([0, ''])
    src.give('de\nf')
    expect(await waits).toBe('de')
    expect(text(reader.unread())).toBe('f')
  })

  it.runIf(canHandOver)('gives toNetSocket what was read ahead', async () => {
    const [conn, peer] = await pair()
    await peer.write('HELLO\r\nfirst, ')
    const reader = bufReader(conn)
    expect(await reader.readLine()).toBe('HELLO')
    const socket = tracked(toNetSocket(conn, { unread: reader.unread() }))
    await peer.write('second')
    peer.closeWrite()
    expect(String(Buffer.concat(await socket.toArray()))).toBe('first, second')
  })

  it('gives toDuplex what was read ahead', async () => {
    const [conn, peer] = await pair()
    await peer.write('HELLO\r\nfirst, ')
    const reader = bufReader(conn)
    expect(await reader.readLine()).toBe('HELLO')
    const duplex = tracked(toDuplex(conn, { unread: reader.unread() }))
    await peer.write('second')
    peer.closeWrite()
    expect(String(Buffer.concat(await duplex.toArray()))).toBe('first, second')
  })
})
