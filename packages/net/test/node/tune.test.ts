// Options of the kernel on sockets that Node made.
import { get } from 'node:http'
import type { Socket } from 'node:net'
import { connect, createServer, Socket as NodeSocket, Server } from 'node:net'
import type { GettableSockopt } from '@netfd/syscall'
import { getOption } from '@netfd/syscall'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { TuneAllOptions } from '../../src/node/index.js'
import { tuneAll, tuneSocket } from '../../src/node/index.js'
import { listening, refusing, replace, thrown } from '../support.js'
import { event, nodeClient, tracked } from './streams.js'

const fdOf = (socket: Socket | Server): number =>
  (socket as unknown as { _handle: { fd: number } })._handle.fd

const optionOf = <O extends GettableSockopt>(socket: Socket | Server, option: O) =>
  getOption(fdOf(socket), option)

/** Tunes until the test ends. */
function tuning(o: TuneAllOptions): ReturnType<typeof tuneAll> {
  const handle = tuneAll(o)
  onTestFinished(() => handle.close())
  return handle
}

/** A socket of Node's, connected. */
async function connected(): Promise<Socket> {
  const socket = nodeClient(await listening())
  await event(socket, 'connect')
  return socket
}

/** A server of Node's that listens until the test ends. */
async function serving(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const served: Socket[] = []
  server.on('connection', (socket) => served.push(socket))
  onTestFinished(() => {
    for (const socket of served) socket.destroy()
    server.close()
  })
  return server
}

const portOf = (server: Server): number => (server.address() as { port: number }).port

/** A client of a server, and what the server accepted. */
async function accepted(server: Server): Promise<Socket> {
  const socket = new Promise<Socket>((resolve) => server.once('connection', resolve))
  tracked(connect(portOf(server), '127.0.0.1'))
  return tracked(await socket)
}

describe('tuneSocket', () => {
  it('sets what it is given, in ms, those of keep-alive rounded up to seconds', async () => {
    const socket = await connected()
    const keepAliveConfig = { enable: true, idle: 30_001, interval: 1, count: 4 }
    const o = { userTimeout: 2_345, keepAliveConfig, options: { priority: 4 } }
    expect(tuneSocket(socket, o)).toBe(true)
    expect(optionOf(socket, 'userTimeout')).toBe(2_345)
    expect(optionOf(socket, 'keepAlive')).toBe(true)
    expect(optionOf(socket, 'keepIdle')).toBe(31)
    expect(optionOf(socket, 'keepInterval')).toBe(1)
    expect(optionOf(socket, 'keepCount')).toBe(4)
    expect(optionOf(socket, 'priority')).toBe(4)
  })

  it('says when there is no descriptor', async () => {
    expect(tuneSocket(new NodeSocket(), { userTimeout: 1 })).toBe(false)
    expect(tuneSocket(new Server(), { userTimeout: 1 })).toBe(false)
    const socket = await connected()
    socket.destroy()
    expect(tuneSocket(socket, { userTimeout: 1 })).toBe(false)
  })

  it('of a server is inherited by what it accepts', async () => {
    const server = await serving()
    expect(tuneSocket(server, { userTimeout: 2_000 })).toBe(true)
    expect(optionOf(await accepted(server), 'userTimeout')).toBe(2_000)
  })

  it('throws what the kernel refuses', async () => {
    const socket = await connected()
    replace({ setsockopt: () => -1 })
    expect(thrown(() => tuneSocket(socket, { userTimeout: 1 }))).toMatchObject({
      code: 'EPERM',
      op: 'set',
    })
  })

  it.each([
    ['no socket', {}, { userTimeout: 1 }, TypeError, 'socket'],
    ['no options', new NodeSocket(), undefined, TypeError, 'options'],
    ['an unknown one', new NodeSocket(), { usertimeout: 1 }, TypeError, "'userTimeout'"],
    ['a wrong one', new NodeSocket(), { userTimeout: -1 }, RangeError, 'userTimeout'],
  ])('refuses %s', (_, socket, o, kind, named) => {
    const error = thrown<Error>(() => tuneSocket(socket as Socket, o as never))
    expect(error).toBeInstanceOf(kind)
    expect(error.message).toContain(named)
  })
})

describe('tuneAll', () => {
  it('tunes what connects, before its own listeners run, until it is closed', async () => {
    const { addr } = await listening()
    const handle = tuning({ userTimeout: 2_000 })
    const first = tracked(new NodeSocket())
    const seen = new Promise((resolve) => {
      first.connect(addr.port, addr.ip, () => resolve(optionOf(first, 'userTimeout')))
    })
    expect(await seen).toBe(2_000)
    const under = tracked(connect(addr.port, addr.ip))
    handle.close()
    handle.close()
    await event(under, 'connect')
    expect(optionOf(under, 'userTimeout')).toBe(0)
    expect(optionOf(await connected(), 'userTimeout')).toBe(0)
  })

  it('leaves connect as it was once the last one is closed', () => {
    const before = NodeSocket.prototype.connect
    const [one, other] = [tuning({ userTimeout: 1 }), tuning({ userTimeout: 2 })]
    one.close()
    other.close()
    expect(NodeSocket.prototype.connect).toBe(before)
  })

  it('takes nothing away that was put around connect since, and works below it', async () => {
    const { addr } = await listening()
    const handle = tuning({ userTimeout: 2_000 })
    const inner = NodeSocket.prototype.connect
    const outer = function (this: Socket, ...args: Parameters<Socket['connect']>): Socket {
      return inner.apply(this, args)
    } as Socket['connect']
    NodeSocket.prototype.connect = outer
    onTestFinished(() => {
      NodeSocket.prototype.connect = inner
      tuneAll({ userTimeout: 1 }).close()
    })
    handle.close()
    expect(NodeSocket.prototype.connect).toBe(outer)
    tuning({ userTimeout: 3_000 })
    const socket = tracked(connect(addr.port, addr.ip))
    await event(socket, 'connect')
    expect(optionOf(socket, 'userTimeout')).toBe(3_000)
  })

  it('tunes what connects for a client of http', async () => {
    const server = await serving()
    tuning({ userTimeout: 2_000 })
    const request = get({ port: portOf(server), host: '127.0.0.1', agent: false })
    request.on('error', () => undefined)
    onTestFinished(() => void request.destroy())
    const socket = await new Promise<Socket>((resolve) => request.once('socket', resolve))
    if (socket.connecting) await event(socket, 'connect')
    expect(optionOf(socket, 'userTimeout')).toBe(2_000)
    tracked(socket)
  })

  it('tunes a socket that connects again', async () => {
    const { addr } = await listening()
    const nobody = await refusing()
    tuning({ userTimeout: 2_000 })
    const socket = tracked(new NodeSocket())
    socket.connect(nobody.port, nobody.ip)
    await event(socket, 'close')
    socket.connect(addr.port, addr.ip)
    expect(socket.listenerCount('connect')).toBe(1)
    await event(socket, 'connect')
    expect(optionOf(socket, 'userTimeout')).toBe(2_000)
  })

  it('asks match, which sees the connected address', async () => {
    const { addr } = await listening()
    const match = vi.fn(() => false)
    tuning({ userTimeout: 2_000, match })
    const socket = tracked(connect(addr.port, addr.ip))
    await event(socket, 'connect')
    expect(match).toHaveBeenCalledExactlyOnceWith({
      remoteAddress: addr.ip,
      remotePort: addr.port,
      socket,
    })
    expect(optionOf(socket, 'userTimeout')).toBe(0)
  })

  it('tunes what Node accepts when it is told to', async () => {
    const server = await serving()
    tuning({ userTimeout: 2_000, servers: true })
    const socket = await accepted(server)
    await new Promise(setImmediate)
    expect(optionOf(socket, 'userTimeout')).toBe(2_000)
  })

  it('gives what is refused to onError, and the client its connection', async () => {
    const refused = new Promise<[Error, Socket]>((resolve) => {
      tuning({ userTimeout: 1, onError: (...args) => resolve(args) })
    })
    const { addr } = await listening()
    replace({ setsockopt: () => -1 })
    const socket = tracked(connect(addr.port, addr.ip))
    const [error, of] = await refused
    expect(error).toMatchObject({ code: 'EPERM' })
    expect(of).toBe(socket)
    expect(socket.destroyed).toBe(false)
  })

  it('warns once of what is refused or thrown when there is no onError', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    onTestFinished(() => warned.mockRestore())
    const match = () => {
      throw new Error('no match')
    }
    tuning({ userTimeout: 1, match })
    await connected()
    await connected()
    expect(warned).toHaveBeenCalledTimes(1)
    expect(warned.mock.calls[0]).toEqual(['tuneAll: no match', { code: 'NETFD_TUNE' }])
  })

  it.each([
    [undefined, TypeError, 'options'],
    [{ userTimeot: 1 }, TypeError, "'userTimeout'"],
    [{ match: 1 }, TypeError, 'match'],
    [{ onError: 1 }, TypeError, 'onError'],
    [{ servers: 1 }, TypeError, 'servers'],
    [{ userTimeout: -1 }, RangeError, 'userTimeout'],
  ])('refuses %o', (o, kind, named) => {
    const error = thrown<Error>(() => tuneAll(o as never))
    expect(error).toBeInstanceOf(kind)
    expect(error.message).toContain(named)
  })
})
