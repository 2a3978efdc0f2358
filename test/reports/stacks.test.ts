// Reported: the stack of a read that failed after a wait showed ten frames of the library and none of the
// program's.
import type { OpError } from '@netfd/net'
import { dial, listen } from '@netfd/net'
import { describe, expect, it } from 'vitest'
import { bundleForChildren, runChild } from '../../packages/poll/test/child.js'

async function pair() {
  const listener = await listen('tcp', '127.0.0.1:0')
  const conn = await dial('tcp', String(listener.addr))
  const peer = await listener.accept()
  return {
    conn,
    done: async () => {
      await Promise.all([listener.close(), peer.close()])
    },
  }
}

const failure = (promise: Promise<unknown>): Promise<OpError> =>
  promise.then(
    () => {
      throw new Error('it did not fail')
    },
    (error) => error as OpError,
  )

const ours = /\/poll\/src\/(runner|op|poll-desc|netpoll-epoll|budget|fd-mutex)\.ts/

describe('the stack of an error', () => {
  it('shows no frame of the poller when the call had waited', async () => {
    const { conn, done } = await pair()
    conn.setReadDeadline(Date.now() + 5)
    const error = await failure(conn.read(new Uint8Array(8)))
    expect(error.code).toBe('ETIMEDOUT')
    expect(error.stack).toMatch(/^OpError: read tcp .*: i\/o timeout$/)
    expect((error.cause as Error).stack).not.toMatch(ours)
    await conn.close()
    await done()
  })

  it('shows none when the call had waited for the one before it', async () => {
    const { conn, done } = await pair()
    const calls = [conn.read(new Uint8Array(8)), conn.read(new Uint8Array(8))].map(failure)
    await conn.close()
    for (const error of await Promise.all(calls)) {
      expect(error.code).toBe('ERR_NET_CLOSED')
      expect(error.stack).not.toMatch(ours)
    }
    await done()
  })

  it('shows the caller first when the call failed at once', async () => {
    const { conn, done } = await pair()
    await conn.close()
    const theCaller = () => conn.read(new Uint8Array(8))
    const error = await failure(theCaller())
    expect(error.code).toBe('ERR_NET_CLOSED')
    expect(error.stack).not.toMatch(ours)
    expect(error.stack).toContain('theCaller')
    await done()
  })

  it('keeps the frames of what a callback of the caller throws', async () => {
    const { conn, done } = await pair()
    const theCallback = () => {
      throw new RangeError('mine')
    }
    const error = await failure(conn.syscallConn().read(theCallback))
    expect(error.stack).toContain('theCallback')
    await conn.close()
    await done()
  })

  it('leaves the limit of the program as it was', async () => {
    const { conn, done } = await pair()
    const before = Error.stackTraceLimit
    await conn.close()
    await failure(conn.read(new Uint8Array(8)))
    expect(Error.stackTraceLimit).toBe(before)
    await done()
  })
})

bundleForChildren({ net: true })

const program = `
const { dial, listen } = net
const listener = await listen('tcp', '127.0.0.1:0')
const conn = await dial('tcp', String(listener.addr))
conn.setReadDeadline(Date.now() + 5)
function thePlaceOfTheCall() { return conn.read(new Uint8Array(8)) }
await thePlaceOfTheCall().catch((error) => console.log(error.stack))
await Promise.all([conn.close(), listener.close()])
`

describe('NETFD_TRACE=1', () => {
  it('shows where the call was made that failed after a wait', async () => {
    const { stdout, stderr } = await runChild(program, { env: { NETFD_TRACE: '1' } })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^OpError: read tcp .*: i\/o timeout\n\s+at .*/)
    expect(stdout).toContain('thePlaceOfTheCall')
  })
})
