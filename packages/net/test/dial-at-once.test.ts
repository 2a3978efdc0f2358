// Go has no need of this: its scheduler lets others run. A dial that need not wait for the loop, and the
// turns that it leaves to the loop all the same.
import { AsyncLocalStorage } from 'node:async_hooks'
import { budget, turnFor } from '@netfd/poll/internal'
import { EMFILE, ENOTCONN } from '@netfd/syscall'
import { beforeEach, describe, expect, it } from 'vitest'
import { Dialer, dial, hook, TCPAddr } from '../src/index.js'
import { rejected } from './error-walk.js'
import { dialed, errorOf, listening, refusing, replace, socketLedger, track } from './support.js'

/** The next operation waits for the next turn. */
function spendBudget(): void {
  while (!budget.spent) budget.charge(0)
}

beforeEach(async () => {
  // A full one for each test.
  spendBudget()
  await turnFor()
})

/** Whether the loop has come round since. */
function watchTurn(): { come: boolean } {
  const turn = { come: false }
  setImmediate(() => {
    turn.come = true
  })
  return turn
}

/** The names of the calls on a socket that are made from now on, in order. */
function calls(): string[] {
  const names = ['socket', 'connect', 'getpeername', 'getsockname', 'getsockopt'] as const
  const made: string[] = []
  const spy = (name: (typeof names)[number]) => {
    const call = hook[name] as (...args: unknown[]) => unknown
    const wrapper = (...args: unknown[]) => {
      made.push(name)
      return call(...args)
    }
    return [name, wrapper]
  }
  replace(Object.fromEntries(names.map(spy)))
  return made
}

describe('a dial over loopback', () => {
  it.each(['127.0.0.1:0', '[::1]:0'])('to %s is over without a turn of the loop', async (on) => {
    const listener = await listening('tcp', on)
    const address = String(listener.addr)
    const made = calls()
    const turn = watchTurn()
    const conn = track(await dial('tcp', address))
    expect(turn.come).toBe(false)
    expect(made).toEqual(['socket', 'connect', 'getpeername', 'getsockname'])
    expect(String(conn.remoteAddr)).toBe(address)
    const server = track(await listener.accept())
    expect(String(server.remoteAddr)).toBe(String(conn.localAddr))
  })

  it('that is refused says so as one over a network does', async () => {
    const address = String(await refusing())
    const made = calls()
    const error = await rejected('dial', dial('tcp', address))
    expect(error).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect' })
    expect(error.message).toBe(`dial tcp ${address}: connect: connection refused`)
    // The first look must not take the error that the second one is after.
    expect(made).toEqual(['socket', 'connect', 'getpeername', 'getsockopt'])
  })

  it('waits while there is no answer', async () => {
    const listener = await listening()
    const { getpeername } = hook
    let looks = 0
    replace({ getpeername: (fd, out) => (looks++ === 0 ? -ENOTCONN : getpeername(fd, out)) })
    const made = calls()
    const conn = await dialed(listener.addr)
    const wait = ['getpeername', 'getsockopt', 'getpeername']
    expect(made).toEqual(['socket', 'connect', ...wait, 'getsockname'])
    expect(await conn.write('hello')).toBe(5)
  })

  it('is not given to a caller that gave up as it was made', async () => {
    const ledger = socketLedger()
    const listener = await listening()
    const { connect } = hook
    const abort = new AbortController()
    replace({
      connect: (fd, sockaddr) => {
        abort.abort()
        return connect(fd, sockaddr)
      },
    })
    const error = await rejected('dial', dial('tcp', String(listener.addr), abort))
    expect(error.code).toBe('ABORT_ERR')
    expect(ledger.open.size).toBe(1)
  })
})

/** Makes calls one after the other, at most a thousand, until the loop has come round: how many those were. */
async function untilTurn(call: () => Promise<unknown>): Promise<number> {
  const turn = watchTurn()
  let n = 0
  while (!turn.come && n < 1000) {
    n++
    await call()
  }
  return n
}

describe('a loop of dials', () => {
  it('leaves the loop its turns', async () => {
    const listener = await listening()
    const address = String(listener.addr)
    const dials = await untilTurn(async () => {
      const conn = await dial('tcp', address)
      await conn.reset()
    })
    expect(dials).toBeLessThan(100)
  })

  it.each([
    ['without a descriptor', '127.0.0.1:80', 'EMFILE'],
    ['to no address', '127.0.0.1', 'ERR_ADDR'],
  ])('%s leaves the loop its turns', async (_, address, code) => {
    replace({ socket: () => -EMFILE })
    let last: unknown
    const dials = await untilTurn(async () => {
      last = (await errorOf(dial('tcp', address))).code
    })
    expect(last).toBe(code)
    expect(dials).toBeLessThan(1000)
  })

  it('by dialTCP leaves the loop its turns', async () => {
    replace({ socket: () => -EMFILE })
    const addr = new TCPAddr('127.0.0.1', 80)
    const call = () => errorOf(new Dialer().dialTCP('tcp', null, addr))
    expect(await untilTurn(call)).toBeLessThan(1000)
  })

  it('does not fill the queue of a listener of the same thread', async () => {
    const listener = await listening('tcp', '127.0.0.1:0', { backlog: 32 })
    const address = String(listener.addr)
    const accepting = (async () => {
      for await (const conn of listener) await conn.close()
    })()
    const made = calls()
    // With its queue full the kernel drops the SYN, and sends it again a second later: a second look then.
    for (let i = 0; i < 200; i++) await (await dial('tcp', address)).reset()
    expect(made.filter((name) => name === 'getpeername')).toHaveLength(200)
    await listener.close()
    await accepting
  })
})

describe('a dial that is put off to the next turn', () => {
  it('makes no socket when it is aborted before', async () => {
    const listener = await listening()
    const ledger = socketLedger()
    const abort = new AbortController()
    spendBudget()
    const dialing = dial('tcp', String(listener.addr), abort)
    abort.abort()
    expect((await rejected('dial', dialing)).code).toBe('ABORT_ERR')
    expect(ledger.made).toBe(0)
  })

  it('is refused for its arguments all the same', async () => {
    spendBudget()
    await expect(dial('tcp', 80 as never)).rejects.toThrow(TypeError)
  })

  it('stays in the context of its caller', async () => {
    const listener = await listening()
    const storage = new AsyncLocalStorage<string>()
    let seen: string | undefined
    const dialer = new Dialer({
      control: () => {
        seen = storage.getStore()
      },
    })
    spendBudget()
    // The first one that is put off has the turn come in its context.
    const first = storage.run('first', () => dialed(listener.addr))
    const second = storage.run('second', () => dialed(listener.addr, 'tcp', dialer))
    await Promise.all([first, second])
    expect(seen).toBe('second')
  })
})
