// An answer followed by a close while bytes are unread is lost to a reset, unless the close lingers.
import type { TCPConn } from '@netfd/net'
import { EIO } from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import { rejected } from '../../packages/net/test/error-walk.js'
import {
  errorOf,
  never,
  PAST,
  pair,
  readAll,
  replacePoll,
  text,
  turns,
  watchPromise,
} from '../../packages/net/test/support.js'

const MIB = 2 ** 20
const ANSWER = 'HTTP/1.1 413 Content Too Large\r\n\r\n'

/** A peer in the middle of sending 1 MiB, and a server that has seen enough of it. */
async function sending(): Promise<{ client: TCPConn; server: TCPConn; sent: Promise<number> }> {
  const [client, server] = await pair()
  // Less than what is sent, and enough to go fast.
  client.setWriteBuffer(65_536)
  server.setReadBuffer(65_536)
  const sent = client.write(new Uint8Array(MIB))
  sent.catch(() => undefined)
  await server.readFull(new Uint8Array(64))
  await server.write(ANSWER)
  return { client, server, sent }
}

describe('an answer to a peer that is still sending', () => {
  it('arrives when the close is graceful', async () => {
    const { client, server, sent } = await sending()
    const closed = server.closeGracefully()
    expect(await sent).toBe(MIB)
    expect(text(await readAll(client))).toBe(ANSWER)
    await client.close()
    await closed
    expect((await rejected('read', server.read(new Uint8Array(1)))).code).toBe('ERR_NET_CLOSED')
  })

  it('may be lost to a reset when it is not', async () => {
    const { server, sent } = await sending()
    await server.close()
    expect(['ECONNRESET', 'EPIPE']).toContain((await errorOf(sent)).code)
  })
})

describe('closeGracefully', () => {
  it('closes after its time when the peer does not end', async () => {
    const [client, server] = await pair()
    await server.closeGracefully(5)
    expect(text(await readAll(client))).toBe('')
    await server.closeGracefully().catch(() => undefined)
  })

  it('closes after its time when the peer does not stop to send', async () => {
    const [client, server] = await pair()
    const flood = (async () => {
      for (;;) await client.write(new Uint8Array(MIB))
    })()
    flood.catch(() => undefined)
    await server.closeGracefully(5)
    expect(['ECONNRESET', 'EPIPE']).toContain((await errorOf(flood)).code)
  })

  it('lets a read that waits have its bytes first', async () => {
    const [client, server] = await pair()
    const buf = new Uint8Array(8)
    const read = server.read(buf)
    const closed = server.closeGracefully()
    await client.write('for you')
    expect(await read).toBe(7)
    await client.close()
    await closed
  })

  it.each<[string, (server: TCPConn, client: TCPConn) => unknown]>([
    ['is closed', (server) => server.close()],
    ['is reset by its peer', (_, client) => client.reset()],
    ['has a read deadline that passes', (server) => server.setReadDeadline(PAST)],
    ['is ended by its peer', (_, client) => client.close()],
  ])('resolves when the connection %s before it is done', async (_, end) => {
    const [client, server] = await pair()
    server.setReadDeadline(never())
    const closed = watchPromise(server.closeGracefully())
    await turns(3)
    expect(closed.state).toBe('pending')
    await end(server, client)
    await expect.poll(() => closed.state).toBe('resolved')
  })

  it('resolves when the peer has reset the connection before', async () => {
    const [client, server] = await pair()
    await client.reset()
    await errorOf(server.readFull(new Uint8Array(1)))
    await server.closeGracefully()
  })

  it('hides no other failure of the half-close than that of a peer that is gone', async () => {
    const [, server] = await pair()
    replacePoll({ shutdown: () => -EIO })
    expect((await errorOf(server.closeGracefully())).code).toBe('EIO')
    await server.close()
  })

  it('rejects once the connection is closed', async () => {
    const [, server] = await pair()
    await server.close()
    expect((await rejected('close', server.closeGracefully())).code).toBe('ERR_NET_CLOSED')
  })

  it.each([
    ['1', TypeError],
    [null, TypeError],
    [-1, RangeError],
    [Number.NaN, RangeError],
    [Number.POSITIVE_INFINITY, RangeError],
  ])('of %o ms is refused, and nothing is closed', async (ms, kind) => {
    const [client, server] = await pair()
    expect(await errorOf(server.closeGracefully(ms as number))).toBeInstanceOf(kind)
    await server.write('open')
    expect(await client.read(new Uint8Array(8))).toBe(4)
  })
})
