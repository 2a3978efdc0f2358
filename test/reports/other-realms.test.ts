// A test runner, an Electron renderer and node:vm have classes of their own for what every program calls
// Uint8Array or AbortSignal. What they make is taken.
import vm from 'node:vm'
import { Dialer } from '@netfd/net'
import { connect } from '@netfd/net/web'
import { FD } from '@netfd/poll'
import { beforeAll, describe, expect, it } from 'vitest'
import { program, Running } from '../../packages/net/test/program.js'
import { blackHole, listening, pair } from '../../packages/net/test/support.js'

/** Signals as jsdom and the package abort-controller make them: no heirs of this realm's AbortSignal. */
class Page extends EventTarget {
  #aborted = false
  reason: unknown

  get aborted(): boolean {
    return this.#aborted
  }

  abort(reason: unknown): void {
    this.#aborted = true
    this.reason = reason
    this.dispatchEvent(new Event('abort'))
  }
}
Object.defineProperty(Page.prototype, Symbol.toStringTag, { value: 'AbortSignal' })

const signalOf = (page: Page): AbortSignal => page as unknown as AbortSignal

describe('a signal of another maker', () => {
  it('ends a read that waits, and one that queues', async () => {
    const [conn, peer] = await pair()
    const page = new Page()
    const o = { signal: signalOf(page) }
    const first = conn.read(new Uint8Array(4))
    const reads = [conn.read(new Uint8Array(4), o), conn.read(new Uint8Array(4), o)]
    page.abort('why')
    for (const read of reads) {
      await expect(read).rejects.toMatchObject({ code: 'ABORT_ERR', cause: { cause: 'why' } })
    }
    await peer.write('x')
    expect(await first).toBe(1)
  })

  it('that is aborted already lets nothing begin', async () => {
    const [conn, peer] = await pair()
    const page = new Page()
    page.abort('why')
    await peer.write('x')
    await expect(conn.read(new Uint8Array(4), { signal: signalOf(page) })).rejects.toMatchObject({
      code: 'ABORT_ERR',
    })
    expect(await conn.read(new Uint8Array(4))).toBe(1)
  })

  it('ends a connect of the web', async () => {
    const { address } = await blackHole()
    const page = new Page()
    const socket = connect(address, { signal: signalOf(page) })
    page.abort('why')
    await expect(socket.opened).rejects.toMatchObject({ cause: { code: 'ABORT_ERR' } })
    await socket.closed.catch(() => undefined)
  })

  it('ends an accept and a transfer', async () => {
    const listener = await listening()
    const [src] = await pair()
    const [dst] = await pair()
    const page = new Page()
    const signal = signalOf(page)
    const fds = [src, dst].map((conn) => new FD(conn.dup(), { net: 'tcp', stream: true }))
    for (const fd of fds) fd.init()
    const [from, to] = fds as [FD, FD]
    const calls = [listener.accept({ signal }), to.spliceFrom(from, 100, { signal })]
    page.abort('why')
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'ABORT_ERR' })
    await Promise.all(fds.map((fd) => fd.close()))
  })

  it('has one listener, however many calls it serves', async () => {
    const [conn, peer] = await pair()
    const page = new Page()
    let heard = 0
    const { addEventListener } = EventTarget.prototype
    Page.prototype.addEventListener = function add(this: Page, ...args) {
      heard++
      addEventListener.apply(this, args)
    }
    for (let i = 0; i < 20; i++) {
      const read = conn.read(new Uint8Array(1), { signal: signalOf(page) })
      await peer.write('x')
      expect(await read).toBe(1)
    }
    Reflect.deleteProperty(Page.prototype, 'addEventListener')
    expect(heard).toBe(1)
  })

  it('whose reason throws still ends the call, with that as the reason', async () => {
    const [conn] = await pair()
    const page = new Page()
    const boom = new Error('boom')
    Object.defineProperty(page, 'reason', {
      get: () => {
        throw boom
      },
      set: () => undefined,
    })
    const read = conn.read(new Uint8Array(1), { signal: signalOf(page) })
    page.abort('why')
    await expect(read).rejects.toMatchObject({ code: 'ABORT_ERR', cause: { cause: boom } })
  })
})

describe('bytes of another realm', () => {
  it.each(['read', 'readFull', 'write', 'writev'] as const)('are taken by %s', async (name) => {
    const [conn, peer] = await pair()
    const buf = vm.runInNewContext('new Uint8Array([1, 2, 3])') as Uint8Array
    expect(buf instanceof Uint8Array).toBe(false)
    await peer.write('abc')
    expect(await (name === 'writev' ? conn.writev([buf]) : conn[name](buf))).toBe(3)
  })
})

describe('a date of another realm', () => {
  it('is a deadline', async () => {
    const [conn] = await pair()
    const past = vm.runInNewContext('new Date(1)') as Date
    conn.setReadDeadline(past)
    await expect(conn.read(new Uint8Array(1))).rejects.toMatchObject({ code: 'ETIMEDOUT' })
    const dialing = new Dialer({ deadline: past }).dial('tcp', '127.0.0.1:9')
    await expect(dialing).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  })
})

describe('a program', () => {
  let child = ''
  beforeAll(() => {
    child = program('../../../test/reports/other-realms-child.ts')
  })

  it.each([
    [['--frozen-intrinsics'], 'frozen', [['hello'], true, 'ABORT_ERR', 'why']],
    [[], 'realm', [6, 'hihihi', 'TypeError']],
  ])('with %j does as any other', async (flags, scene, expected) => {
    const running = new Running([process.execPath, ...flags, child, scene])
    const { stdout, stderr, code } = await running.ended
    expect([stdout === '' ? stderr : JSON.parse(stdout), code]).toEqual([expected, 0])
  })
})
