// What takes a stream takes a Duplex: Node's own streams, TLS and HTTP.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { Agent, createServer as createHttpServer, get } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { createServer as createTlsServer, TLSSocket, connect as tlsConnect } from 'node:tls'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { dialDuplex, toDuplex } from '../../src/node/index.js'
import { scratch } from '../program.js'
import { dialed, listening, pattern, readAll, same, text } from '../support.js'
import { duplexPair, event, nodeClient, tracked } from './streams.js'

/** Listens on a free port until the test ends; answers the port. */
async function served(server: Server | HttpServer): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

const all = async (pieces: AsyncIterable<Buffer>): Promise<Buffer> => {
  const got: Buffer[] = []
  for await (const piece of pieces) got.push(piece)
  return Buffer.concat(got)
}

const body = async (res: IncomingMessage): Promise<string> =>
  String(Buffer.concat(await res.toArray()))

describe("Node's streams", () => {
  it('pipe through it, both ways', async () => {
    const port = await served(createServer((socket) => socket.pipe(socket)))
    const duplex = tracked(dialDuplex({ host: '127.0.0.1', port }))
    const sent = pattern(1 << 20)
    const got: Buffer[] = []
    const echo = async () => {
      for await (const piece of duplex) got.push(piece as Buffer)
    }
    await Promise.all([pipeline(Readable.from([sent]), duplex), echo()])
    expect(same(Buffer.concat(got), sent)).toBe(true)
  })

  it('are a pipeline with it in the middle', async () => {
    const port = await served(createServer((socket) => socket.pipe(socket)))
    const upper = new Transform({
      transform: (chunk, _encoding, done) => done(null, String(chunk).toUpperCase()),
    })
    const duplex = tracked(dialDuplex({ host: '127.0.0.1', port }))
    const got = await pipeline(Readable.from(['hello']), duplex, upper, all)
    expect(String(got)).toBe('HELLO')
  })

  it('are left by a loop, which destroys it', async () => {
    const [duplex, peer] = await duplexPair()
    await peer.write('hello')
    const closed = event(duplex, 'close')
    for await (const piece of duplex) {
      expect(String(piece)).toBe('hello')
      break
    }
    await closed
    expect(text(await readAll(peer))).toBe('')
  })

  it('find out that it has finished, and that it has not', async () => {
    const [duplex, peer] = await duplexPair()
    const done = finished(duplex)
    peer.closeWrite()
    duplex.resume().end()
    await done
    const [other, there] = await duplexPair()
    const failed = finished(other)
    await there.reset()
    await expect(failed).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  it('become streams of the web', async () => {
    const [duplex, peer] = await duplexPair()
    const reader = Readable.toWeb(duplex).getReader()
    await peer.write('hello')
    const { value } = await reader.read()
    expect(text(value as Uint8Array)).toBe('hello')
    await reader.cancel()
  })
})

describe('TLS', () => {
  let key = ''
  let cert = ''

  beforeAll(() => {
    const dir = scratch()
    const [keyFile, certFile] = [join(dir, 'key.pem'), join(dir, 'cert.pem')]
    const what = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
    ]
    execFileSync('openssl', [...what, '-keyout', keyFile, '-out', certFile], { stdio: 'pipe' })
    key = readFileSync(keyFile, 'utf8')
    cert = readFileSync(certFile, 'utf8')
  })

  it('is spoken over a Duplex by a client', async () => {
    const port = await served(createTlsServer({ key, cert }, (socket) => socket.pipe(socket)))
    const socket = dialDuplex({ host: '127.0.0.1', port })
    const secure = tracked(tlsConnect({ socket, ca: cert, servername: 'localhost' }))
    const sent = pattern(300_000)
    secure.end(sent)
    const got = Buffer.concat(await secure.toArray())
    expect([secure.authorized, same(got, sent)]).toEqual([true, true])
  })

  it('is spoken over a Duplex by a server', async () => {
    const listener = await listening()
    const client = tlsConnect({ socket: nodeClient(listener), ca: cert, servername: 'localhost' })
    const socket = tracked(toDuplex(await listener.accept()))
    const secure = tracked(new TLSSocket(socket, { isServer: true, key, cert }))
    secure.pipe(secure)
    client.end('hello')
    expect(String(Buffer.concat(await tracked(client).toArray()))).toBe('hello')
  })
})

describe('HTTP', () => {
  it('is asked over a Duplex that the agent keeps', async () => {
    const port = await served(createHttpServer((_, res) => res.end('x'.repeat(1_024))))
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    agent.createConnection = () => tracked(dialDuplex({ host: '127.0.0.1', port }))
    const reused: boolean[] = []
    for (let i = 0; i < 3; i++) {
      const req = get({ agent, host: '127.0.0.1', port })
      const [res] = (await once(req, 'response')) as [IncomingMessage]
      expect((await body(res)).length).toBe(1_024)
      reused.push(req.reusedSocket)
      // The agent has it back.
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(reused).toEqual([false, true, true])
  })

  it('fails with the code of a dial that failed', async () => {
    const port = await served(createServer())
    const agent = new Agent()
    agent.createConnection = () => tracked(dialDuplex({ host: '127.0.0.2', port }))
    const [error] = (await once(get({ agent, host: '127.0.0.1', port }), 'error')) as [Error]
    expect(error).toMatchObject({ code: 'ECONNREFUSED', address: '127.0.0.2', port })
  })

  it('is served over a Duplex', async () => {
    const server = createHttpServer((req, res) => {
      req.pipe(res)
    })
    const listener = await listening()
    const asked = nodeClient(listener)
    asked.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello')
    server.emit('connection', tracked(toDuplex(await listener.accept())))
    const answer = String(Buffer.concat(await asked.toArray()))
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(answer).toContain('hello')
  })

  it('is served on a Duplex whose first bytes were read before', async () => {
    const server = createHttpServer((_, res) => res.end('served'))
    const listener = await listening()
    const asked = nodeClient(listener)
    asked.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    const conn = await listener.accept()
    const head = new Uint8Array(10)
    await conn.readFull(head)
    server.emit('connection', tracked(toDuplex(conn, { unread: head })))
    expect(String(Buffer.concat(await asked.toArray()))).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*served/)
  })
})

describe('a crowd of Duplexes', () => {
  it('leaves no descriptor behind', async () => {
    const listener = await listening()
    for (let i = 0; i < 100; i++) {
      const [conn, peer] = await Promise.all([dialed(listener.addr), listener.accept()])
      const duplex = toDuplex(conn)
      const closed = event(duplex, 'close')
      if (i % 3 === 0) duplex.end('x')
      if (i % 3 === 1) duplex.resetAndDestroy()
      duplex.destroy()
      await Promise.all([closed, peer.close()])
    }
  })
})
