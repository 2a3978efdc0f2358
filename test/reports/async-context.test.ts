// Whatever a caller hands over is called in that caller's asynchronous context, also after a wait.
import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { TCPConn } from '@netfd/net'
import { Dialer, ListenConfig } from '@netfd/net'
import { afterAll, afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { listening, pair, track } from '../../packages/net/test/support.js'
import { closeIdlePipes } from '../../packages/poll/src/pipe-pool.js'
import { fill, tcpPair, turns } from '../../packages/poll/test/support.js'

const context = new AsyncLocalStorage<string>()

let seen: (string | undefined)[] = []
const note = (): void => {
  seen.push(context.getStore())
}

afterAll(closeIdlePipes)

afterEach(() => {
  seen = []
})

/** Runs `f` as the caller; it was all in that context. */
async function asCaller(f: () => Promise<unknown>): Promise<void> {
  await context.run('caller', f)
  expect(new Set(seen)).toEqual(new Set(['caller']))
}

function on(channel: string): void {
  subscribe(channel, note)
  onTestFinished(() => {
    unsubscribe(channel, note)
  })
}

describe("a caller's context", () => {
  it('is that of the function given to a raw read, before and after a wait', async () => {
    const [conn, peer] = await pair()
    let calls = 0
    await asCaller(async () => {
      const read = conn.syscallConn().read(() => {
        note()
        return ++calls > 1
      })
      await context.run('peer', () => peer.write('x'))
      await read
    })
    expect(seen.length).toBeGreaterThan(1)
  })

  it('is that of the function given to a raw write that queued', async () => {
    const [a, b] = tcpPair()
    await fill(a)
    await asCaller(async () => {
      const before = context.run('before', () => a.write(new Uint8Array(1)))
      const raw = a.rawWrite(() => {
        note()
        return true
      })
      void context.run('peer', () => b.read(new Uint8Array(1 << 22)))
      const reading = context.run('peer', async () => {
        while ((await b.read(new Uint8Array(1 << 22))) !== null);
      })
      await Promise.all([before, raw])
      await a.close()
      await reading
    })
  })

  it('is that of control and of the resolver', async () => {
    const listener = await listening()
    const resolver = {
      lookupHost: async () => {
        note()
        await turns(1)
        return ['127.0.0.1']
      },
    }
    await asCaller(async () => {
      const dialer = new Dialer({ resolver, control: note })
      track(await dialer.dial('tcp', `host.test:${listener.addr.port}`))
      track(await new ListenConfig({ control: note }).listen('tcp', '127.0.0.1:0'))
    })
    expect(seen.length).toBeGreaterThanOrEqual(3)
  })

  it('is that of the writer of a transfer, and of the iterable', async () => {
    const [conn, peer] = await pair()
    await asCaller(async () => {
      const writer = {
        write: async () => {
          note()
        },
      }
      const transfer = conn.writeTo(writer)
      await turns(2)
      await context.run('peer', () => peer.write('one'))
      await turns(2)
      await context.run('peer', () => peer.close())
      await transfer
      const [from, to] = await context.run('others', () => pair())
      async function* pieces() {
        for (let i = 0; i < 3; i++) {
          note()
          await turns(1)
          yield new Uint8Array(3)
        }
      }
      await to.readFrom(pieces())
      await from.close()
    })
    expect(seen.length).toBeGreaterThanOrEqual(4)
  })

  it('is that of a subscriber to opens and accepts', async () => {
    const listener = await listening()
    on('netfd:open')
    on('netfd:accept')
    await asCaller(async () => {
      const accepting = listener.accept()
      track(await new Dialer().dial('tcp', String(listener.addr)))
      track(await accepting)
    })
    expect(seen).toHaveLength(2)
  })

  it('is that of a subscriber to closes, also when a call leaves the descriptor later', async () => {
    const [src, peer] = await pair()
    const [dst] = await pair()
    on('netfd:close')
    const transfer = context.run('transfer', () => dst.readFrom(src).catch(() => 0))
    await turns(2)
    await asCaller(() => Promise.all([closeOf(src), transfer]))
    expect(seen).toHaveLength(1)
    await peer.close()
  })
})

const closeOf = (conn: TCPConn): Promise<void> => conn.close()
