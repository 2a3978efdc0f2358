// Servers of Node's on a listener of ours.
import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer, get } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2 } from 'node:http2'
import { connect, createServer as createNet } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { TCPConn, TCPListener } from '../../src/index.js'
import type { Form, ServeOptions } from '../../src/node/index.js'
import { serve } from '../../src/node/index.js'
import { listening, thrown } from '../support.js'

interface Served {
  readonly listener: TCPListener
  readonly serving: Promise<void>
  readonly url: string
}

/** Serves until the test is over; every connection is gone then. */
async function served(server: Server, o?: ServeOptions): Promise<Served> {
  const listener = await listening()
  const open = new Set<Promise<unknown>>()
  server.on('connection', (socket) => open.add(new Promise((end) => socket.once('close', end))))
  const serving = serve(listener, server, o)
  onTestFinished(async () => {
    await listener[Symbol.asyncDispose]()
    await serving
    server.closeAllConnections?.()
    // Nothing listens, but this ends the timer that looks after the connections.
    server.close()
    await Promise.all(open)
  })
  return { listener, serving, url: `http://${listener.addr}` }
}

/** What a request on a connection of its own is answered. */
async function answer(url: string): Promise<string> {
  const request = get(url, { agent: false })
  const [response] = await once(request, 'response')
  return await textOf(response)
}

/** Writes `request` as it stands, and resolves to all that comes back. */
async function raw({ listener }: Served, request: string): Promise<string> {
  const socket = connect(listener.addr.port, '127.0.0.1')
  socket.write(request)
  return await textOf(socket)
}

const hello = (): Server => createServer((_, response) => response.end('hello'))

describe.each<Form>(['auto', 'socket', 'duplex'])('serve with the form %s', (form) => {
  it('gives an http server its connections', async () => {
    const { url } = await served(hello(), { form })
    expect(await Promise.all([answer(url), answer(url)])).toEqual(['hello', 'hello'])
  })

  it('gives an http2 server its connections', async () => {
    const server = createHttp2((request, response) => response.end(request.url))
    const { url } = await served(server as unknown as Server, { form })
    const client = connectHttp2(url)
    const request = client.request({ ':path': '/h2' })
    expect(await textOf(request)).toBe('/h2')
    client.close()
    await once(client, 'close')
  })

  it('has what prepare read and returned come first', async () => {
    const seen: string[] = []
    const prepare = async (conn: TCPConn): Promise<Uint8Array> => {
      const buf = new Uint8Array(1_024)
      const got = buf.subarray(0, (await conn.read(buf)) ?? 0)
      const end = got.indexOf(10) + 1
      seen.push(String(Buffer.from(got.subarray(0, end))))
      return got.subarray(end)
    }
    const server = createServer((request, response) => response.end(request.url))
    const at = await served(server, { form, prepare })
    const proxied = 'PROXY TCP4 192.0.2.1 192.0.2.2 1 80\r\n'
    const said = await raw(
      at,
      `${proxied}GET /after HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    )
    expect(said).toMatch(/^HTTP\/1.1 200(.|\s)*\/after/)
    expect(seen).toEqual([proxied])
  })
})

describe('serve', () => {
  it('lets no connection wait for the preparing of another', async () => {
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let first = true
    const prepare = async (): Promise<void> => {
      if (!first) return
      first = false
      await held
    }
    const { url } = await served(hello(), { prepare })
    const slow = answer(url)
    expect(await answer(url)).toBe('hello')
    release()
    expect(await slow).toBe('hello')
  })

  it('closes a connection whose preparing fails, says why, and goes on', async () => {
    const errors: [string, string][] = []
    let refused = true
    const prepare = (): void => {
      if (refused) throw new Error('not this one')
    }
    const onError = (error: Error, conn: TCPConn): void => {
      errors.push([error.message, conn.remoteAddr.ip])
    }
    const { url } = await served(hello(), { prepare, onError })
    await expect(answer(url)).rejects.toMatchObject({ code: 'ECONNRESET' })
    refused = false
    expect(await answer(url)).toBe('hello')
    expect(errors).toEqual([['not this one', '127.0.0.1']])
  })

  it('loses nothing in silence: what prepare returns is bytes, or an error', async () => {
    const errors: Error[] = []
    const onError = (error: Error): void => void errors.push(error)
    const { url } = await served(hello(), { prepare: () => 'GET / HTTP/1.1', onError })
    await expect(answer(url)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(errors).toMatchObject([
      { name: 'TypeError', message: 'prepare must return a Uint8Array or nothing, got string' },
    ])
  })

  it('warns once where no onError is told', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    const prepare = (): never => {
      throw new Error('none at all')
    }
    const { url } = await served(hello(), { prepare })
    await expect(answer(url)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(await warned).toMatchObject({
      code: 'NETFD_SERVE',
      message: 'a connection could not be served: none at all',
    })
  })

  it('has an http server look after its timeouts', async () => {
    const server = createServer({ connectionsCheckingInterval: 10 }, () => undefined)
    server.headersTimeout = 20
    const at = await served(server)
    expect(await raw(at, 'GET / HTTP/1.1\r\nHost: a\r\n')).toMatch(/^HTTP\/1.1 408 /)
  })

  it('tells a server once that it listens, though two listeners feed it', async () => {
    const server = hello()
    let heard = 0
    server.on('listening', () => heard++)
    const [first, second] = [await served(server), await served(server)]
    expect(await Promise.all([answer(first.url), answer(second.url)])).toEqual(['hello', 'hello'])
    expect(heard).toBe(1)
  })

  it('resolves when the listener is closed, and what is served goes on', async () => {
    const { listener, serving, url } = await served(hello())
    const request = get(url, { agent: false })
    const [response] = await once(request, 'response')
    await listener.close()
    await serving
    expect(await textOf(response)).toBe('hello')
  })

  it('rejects when accepting fails for good', async () => {
    const listener = await listening()
    const serving = serve(listener, createNet())
    listener.setDeadline(1)
    await expect(serving).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  })

  it('refuses wrong arguments at the call', async () => {
    const listener = await listening()
    const calls = [
      () => serve(null as never, createNet()),
      () => serve(listener, {} as never),
      () => serve(listener, createNet(), { form: 'stream' as never }),
      () => serve(listener, createNet(), { prepare: 5 as never }),
      () => serve(listener, createNet(), { onError: 'log' as never }),
      () => serve(listener, createNet(), { ready: true } as never),
    ]
    for (const call of calls) expect(thrown(call)).toBeInstanceOf(TypeError)
  })
})

describe('a server of Node’s that listens on a duplicate', () => {
  it('accepts by itself, with the options of the listener', async () => {
    const listener = await listening('tcp', '127.0.0.1:0', { reusePort: true })
    const { port } = listener.addr
    const server = hello()
    server.listen({ fd: listener.dup() })
    await once(server, 'listening')
    await listener.close()
    expect(await answer(`http://127.0.0.1:${port}`)).toBe('hello')
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
})
