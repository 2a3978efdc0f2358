// What the host backend does in the place of what only Linux has, row by row of tools/capabilities.mjs.
import { spawn } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import * as nodeNet from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { FD } from '@netfd/poll'
import { hook as pollHook } from '@netfd/poll/testing'
import { sockopt } from '@netfd/syscall'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { TCPConn, TCPListener } from '../../packages/net/src/index.js'
import {
  backend,
  Dialer,
  dial,
  fileConn,
  fileListener,
  hook,
  ListenConfig,
  listen,
  pipe,
  TCPAddr,
} from '../../packages/net/src/index.js'
import { toNetSocket, tuneSocket } from '../../packages/net/src/node/index.js'
import {
  chain,
  errorOf,
  listening,
  pair,
  pattern,
  readAll,
  same,
  thrown,
  track,
  turns,
  until,
  watchPromise,
} from '../../packages/net/test/support.js'
import type { CapabilityName } from '../../tools/capabilities.mjs'
import { root } from '../../tools/step.mjs'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
/** net.BoundSocket, and arguments of setKeepAlive for the interval and the count. */
const later = 'BoundSocket' in nodeNet
const since = (...versions: [number, number][]): boolean =>
  versions.some(([a, b]) => major === a && minor >= b) ||
  major > Math.max(...versions.map(([a]) => a))

/** The code of what a call throws. */
const codeOf = (call: () => unknown): unknown => thrown(call).code

/** A peer of node:net that reads nothing, and what it gets once it does. */
async function deafServer(): Promise<{ port: number; received: () => Promise<number> }> {
  const server = nodeNet.createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[nodeNet.Socket]>
  onTestFinished(() => void server.close())
  return {
    port: (server.address() as AddressInfo).port,
    received: async () => {
      const [socket] = await accepted
      let bytes = 0
      socket.on('error', () => undefined).on('data', (data) => (bytes += data.length))
      socket.resume()
      await new Promise((resolve) => socket.once('close', resolve))
      return bytes
    },
  }
}

/** Runs a program over the packages as they are built: what it prints first, and how it ends. */
async function started(args: string[], command = process.execPath) {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  const [first] = await Promise.race([once(child.stdout, 'data'), closed])
  return { first: String(first).trim(), child, closed }
}

const HELD: Record<CapabilityName, () => void> = {
  sent: () => {
    const program = join(root, 'test/host/write-child.mjs')

    it('is at most one piece of 64 KiB more than the system has, which process.exit() loses', async () => {
      const { port, received } = await deafServer()
      const { first, closed } = await started([program, String(port), 'exit'])
      await closed
      const lost = Number(first) - (await received())
      expect(lost).toBeGreaterThan(0)
      expect(lost).toBeLessThanOrEqual(65_536)
    })

    it('is sent before a process ends by itself', async () => {
      const { port, received } = await deafServer()
      const { first, closed } = await started([program, String(port), 'end'])
      const [got] = await Promise.all([received(), closed])
      expect(got).toBeGreaterThanOrEqual(Number(first))
    })
  },

  readAhead: () => {
    it('is what a reset of the peer does not take away', async () => {
      const [client, server] = await pair()
      await client.write('read ahead')
      await turns(5)
      await client.reset()
      await turns(5)
      const buf = new Uint8Array(64)
      expect(await server.read(buf)).toBe(10)
      expect((await errorOf(server.read(buf))).code).toBe('ECONNRESET')
    })

    it('stops, so that a writer waits for a reader', async () => {
      const [client, server] = await pair()
      const writing = watchPromise(client.write(new Uint8Array(64 << 20)))
      await turns(50)
      expect(writing.state).toBe('pending')
      await server.close()
      await until(() => writing.state === 'rejected')
    })
  },

  resetAfterEnd: () => {
    it('is an end or a reset, and a reset where this side has not ended', async () => {
      for (const half of [true, false]) {
        const [client, server] = await pair()
        if (half) client.closeWrite()
        await server.write('bytes')
        await server.reset()
        const outcome = await readAll(client).then(
          () => 'end',
          (error: NodeJS.ErrnoException) => error.code,
        )
        expect(half ? ['end', 'ECONNRESET'] : ['ECONNRESET']).toContain(outcome)
      }
    })
  },

  lazyAccept: () => {
    it('makes a socket for a connection that no call has asked for', async () => {
      let made = 0
      const count = () => made++
      subscribe('net.server.socket', count)
      onTestFinished(() => void unsubscribe('net.server.socket', count))
      const listener = await listening()
      const client = track(await dial('tcp', String(listener.addr)))
      await until(() => made === 1)
      await client.write('kept')
      const server = track(await listener.accept())
      expect(await server.read(new Uint8Array(8))).toBe(4)
    })

    it('resets what is beyond the backlog', async () => {
      const listener = await listening('tcp', '127.0.0.1:0', { backlog: 1 })
      const outcome = async () => {
        const client = track(await dial('tcp', String(listener.addr)))
        await client.read(new Uint8Array(1))
      }
      const first = [watchPromise(outcome()), watchPromise(outcome())]
      await turns(20)
      // It may be told of within the dial.
      expect((await errorOf(outcome())).code).toBe('ECONNRESET')
      expect(first.map(({ state }) => state)).toEqual(['pending', 'pending'])
      for (let i = 0; i < 2; i++) await (await listener.accept()).close()
      await until(() => first.every(({ state }) => state === 'resolved'))
    })
  },

  resetInQueue: () => {
    it('is passed over', async () => {
      const listener = await listening()
      const gone = await dial('tcp', String(listener.addr))
      gone.reset()
      const stays = track(await dial('tcp', String(listener.addr)))
      const conn = track(await listener.accept())
      expect(String(conn.remoteAddr)).toBe(String(stays.localAddr))
    })
  },

  descriptorsOut: () => {
    it('ends what it has no descriptor for', async () => {
      const limited = ['-c', 'ulimit -n 50 && exec "$@"', 'sh', process.execPath]
      const program = `
        import { listen } from '@netfd/net'
        const listener = await listen('tcp', '127.0.0.1:0')
        console.log(listener.addr.port)
        const conns = []
        for await (const conn of listener) conns.push(conn)`
      const { first, child } = await started(
        [...limited, '--input-type=module', '-e', program],
        'sh',
      )
      onTestFinished(() => void child.kill())
      const dials = Array.from({ length: 60 }, () => dial('tcp', `127.0.0.1:${first}`))
      const clients = (await Promise.all(dials)).map(track)
      expect(await Promise.race(clients.map(readAll))).toHaveLength(0)
    })
  },

  backlog: () => {
    it('still takes a connection', async () => {
      const listener = await listening('tcp', '127.0.0.1:0', { backlog: 0 })
      track(await dial('tcp', String(listener.addr)))
      track(await listener.accept())
    })
  },

  splice: () => {
    it('moves the same bytes, and asks for no pipe that there is not', async () => {
      const { from, src, dst, to } = await chain()
      const want = pattern(1 << 20)
      const moving = dst.readFrom(src).then(() => dst.closeWrite())
      const [got] = await Promise.all([
        readAll(to),
        moving,
        from.write(want).then(() => from.closeWrite()),
      ])
      expect(same(got, want)).toBe(true)
      expect(pollHook.splice(0, 0, 1, 0, true)).toBeLessThan(0)
    })

    it('ends when the destination is closed while the source is silent', async () => {
      const { src, dst } = await chain()
      const moving = errorOf(dst.readFrom(src))
      await turns(5)
      await dst.close()
      expect((await moving).code).toBe('ERR_NET_CLOSED')
    })

    it('sends a file', async () => {
      const [client, server] = await pair()
      const file = await open(join(root, 'LICENSE'))
      const { size } = await file.stat()
      expect(await client.readFrom(file)).toBe(size)
      await file.close()
      client.closeWrite()
      expect((await readAll(server)).length).toBe(size)
    })
  },

  options: () => {
    const some = ['noDelay', 'keepAlive', 'keepIdle', 'linger']
    if (later) some.push('keepInterval', 'keepCount')
    if (since([24, 15], [25, 6])) some.push('tos')

    it('are these, and all others say ENOPROTOOPT', async () => {
      const [client] = await pair()
      const raw = client.syscallConn()
      const works: string[] = []
      for (const [name, row] of Object.entries(sockopt)) {
        try {
          raw.getOption(name as 'noDelay')
          if (!('readOnly' in row)) works.push(name)
        } catch (error) {
          expect(error, name).toMatchObject({ code: expect.stringMatching(/ENOPROTOOPT|ENOTSUP/) })
        }
      }
      for (const name of some) expect(works).toContain(name)
      expect(works).not.toContain('userTimeout')
      expect(works).not.toContain('rcvbuf')
    })

    it('are named by the error where they are refused', async () => {
      const [client] = await pair()
      const raw = client.syscallConn()
      const text = 'protocol not available on the host backend'
      const refusals: [() => unknown, string][] = [
        [() => client.setUserTimeout(1000), `setsockopt TCP_USER_TIMEOUT: ${text}`],
        [() => client.setReadBuffer(65_536), `setsockopt SO_RCVBUF: ${text}`],
        [() => client.info(), `getsockopt TCP_INFO: ${text}`],
        [() => client.setLinger(1), `setsockopt SO_LINGER: ${text}`],
        [() => raw.setOption('mark', 1), `setsockopt SO_MARK: ${text}`],
      ]
      for (const [call, wanted] of refusals) expect(thrown(call).message).toContain(`: ${wanted}`)
    })

    it('are what was set', async () => {
      const [client] = await pair()
      client.setOption('noDelay', false)
      client.setOption('keepIdle', 33)
      expect([client.getOption('noDelay'), client.getOption('keepIdle')]).toEqual([false, 33])
    })

    it('can be set by a control callback', async () => {
      const listener = await listening()
      const dialer = new Dialer({
        control: (_network, _address, raw) => raw.setOption('linger', { on: true, seconds: 0 }),
      })
      const conn = track(await dialer.dial('tcp', String(listener.addr)))
      expect(conn.getOption('linger')).toEqual({ on: true, seconds: 0 })
    })
  },

  buffers: () => {
    it('are refused', async () => {
      const [client] = await pair()
      expect(codeOf(() => client.setReadBuffer(65_536))).toBe('ENOPROTOOPT')
      expect(codeOf(() => client.setWriteBuffer(65_536))).toBe('ENOPROTOOPT')
    })
  },

  userTimeout: () => {
    it('is refused', async () => {
      const [client] = await pair()
      const error = thrown(() => client.setUserTimeout(1_000))
      expect(error.code).toBe('ENOPROTOOPT')
      expect(error.message).toContain('on the host backend')
    })
  },

  info: () => {
    it('is refused', async () => {
      const [client] = await pair()
      expect(codeOf(() => client.info())).toBe('ENOPROTOOPT')
    })
  },

  probes: () => {
    it(
      later ? 'are set' : 'are refused where they are asked for, and not where they are not',
      async () => {
        const [client] = await pair()
        client.setKeepAlivePeriod(20_000)
        const set = () =>
          client.setKeepAliveConfig({ enable: true, idle: 20_000, interval: 5_000, count: 3 })
        if (later) set()
        else expect(codeOf(set)).toBe('ENOPROTOOPT')
      },
    )
  },

  linger: () => {
    it('that waits is refused; 0 resets', async () => {
      const [client, server] = await pair()
      expect(codeOf(() => client.setLinger(1))).toBe('ENOPROTOOPT')
      client.setLinger(-1)
      client.setLinger(0)
      await client.close()
      expect((await errorOf(server.read(new Uint8Array(1)))).code).toBe('ECONNRESET')
    })
  },

  reusePort: () => {
    const has = since([22, 12]) && ['linux', 'freebsd'].includes(process.platform)
    it(has ? 'lets two listen' : 'is refused', async () => {
      const config = new ListenConfig({ reusePort: true, mptcp: false })
      const first = await config.listen('tcp', '127.0.0.1:0').catch((error: Error) => error)
      if (!has) {
        expect(first).toMatchObject({
          code: 'ENOTSUP',
          message: expect.stringContaining('setsockopt SO_REUSEPORT: '),
        })
        return
      }
      const one = track(first as TCPListener)
      const two = track(await config.listen('tcp', String(one.addr)))
      expect(String(two.addr)).toBe(String(one.addr))
    })
  },

  mptcp: () => {
    it('is plain TCP', async () => {
      const listener = await listening('tcp', '127.0.0.1:0', { mptcp: true })
      const conn = track(await new Dialer({ mptcp: true }).dial('tcp', String(listener.addr)))
      expect((conn as TCPConn).multipathTCP()).toBe(false)
    })
  },

  descriptors: () => {
    it('are not given away', async () => {
      const listener = await listening()
      const [client] = await pair(listener)
      expect(codeOf(() => client.dup())).toBe('ENOTSUP')
      expect(codeOf(() => client.detach())).toBe('ENOTSUP')
      expect(codeOf(() => listener.dup())).toBe('ENOTSUP')
      // Nothing of it has changed.
      await client.write('still there')
    })

    it('are not taken', async () => {
      const file = await open(join(root, 'LICENSE'))
      expect(codeOf(() => fileConn(file.fd))).toBe('ENOTSUP')
      expect(codeOf(() => fileListener(file.fd))).toBe('ENOTSUP')
      expect(codeOf(() => new FD(file.fd).init())).toBe('ENOTSUP')
      await file.close()
    })
  },

  rawCalls: () => {
    it('are refused, and give no number to their function', async () => {
      const listener = await listening()
      const [client] = await pair(listener)
      const numbers: number[] = []
      const keep = (fd: number) => numbers.push(fd) > 0
      const raw = client.syscallConn()
      expect(codeOf(() => raw.control(keep))).toBe('ENOTSUP')
      expect((await errorOf(raw.read(keep))).code).toBe('ENOTSUP')
      expect((await errorOf(raw.write(keep))).code).toBe('ENOTSUP')
      expect(codeOf(() => listener.syscallConn().control(keep))).toBe('ENOTSUP')
      expect(numbers).toEqual([])
    })
  },

  bind: () => {
    it('is an error of the call that finds it', async () => {
      const listener = await listening()
      const dialer = new Dialer({ localAddr: new TCPAddr('192.0.2.1', 0) })
      const error = await errorOf(dialer.dial('tcp', String(listener.addr)))
      expect(error).toMatchObject({ code: 'EADDRNOTAVAIL', syscall: later ? 'bind' : 'connect' })
    })

    it('of a listener says bind', async () => {
      const error = await errorOf(listen('tcp', '192.0.2.1:0'))
      expect(error).toMatchObject({ code: 'EADDRNOTAVAIL', syscall: 'bind' })
    })
  },

  order: () => {
    it('dials the addresses of a name all the same', async () => {
      const listener = await listening()
      track(await dial('tcp', `localhost:${listener.addr.port}`))
      track(await listener.accept())
    })
  },

  zones: () => {
    it('of an interface with an address is known', () => {
      const [name, scopeId] = Object.entries(networkInterfaces())
        .flatMap(([name, all = []]) => all.map((one) => [name, one] as const))
        .flatMap(([name, one]) => (one.family === 'IPv6' ? [[name, one.scopeid] as const] : []))
        .find(([, id]) => id > 0) ?? ['none', 0]
      expect(hook.ifNametoindex(name)).toBe(scopeId === 0 ? hook.ifNametoindex('none') : scopeId)
    })
  },

  tune: () => {
    it('says false', () => {
      expect(tuneSocket(new nodeNet.Socket(), { userTimeout: 1_000 })).toBe(false)
    })
  },

  handOver: () => {
    it('refuses what cannot be a socket; see bridges.test.ts', async () => {
      const [a, b] = pipe()
      expect(codeOf(() => toNetSocket(a))).toBe('ERR_NO_HANDOVER')
      await Promise.all([a.close(), b.close()])
    })
  },

  otherSockets: () => {
    it.each([
      ['udp', '127.0.0.1:9'],
      ['unix', '/tmp/netfd-none'],
    ])('are refused: %s', async (network, address) => {
      expect((await errorOf(dial(network as 'tcp', address))).code).toBe('ENOTSUP')
    })
  },

  syscall: () => {
    it('throws, and net works, where there is no addon', async () => {
      const elsewhere = `--import=${join(root, 'test/host/elsewhere.mjs')}`
      const program = `
        import { socket } from '@netfd/syscall'
        import { backend, dial, listen } from '@netfd/net'
        let code
        try { socket(2, 1) } catch (error) { code = error.code }
        const listener = await listen('tcp', '127.0.0.1:0')
        const conn = await dial('tcp', String(listener.addr))
        await conn.close()
        await listener.close()
        console.log(code, backend)`
      const { first, closed } = await started([elsewhere, '--input-type=module', '-e', program])
      await closed
      expect(first).toBe('ERR_NO_ADDON host')
    })
  },
}

it('is the host backend that these tests are about', () => {
  expect(backend).toBe('host')
})

describe.each(Object.entries(HELD))('%s', (_, hold) => {
  hold()
})
