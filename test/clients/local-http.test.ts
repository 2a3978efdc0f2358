// HTTP over local sockets, as Docker speaks it: undici and curl with a server of ours, and our client with Node's.
import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { listen } from '@netfd/net'
import type { Form } from '@netfd/net/node'
import { dialDuplex, httpAgent, serve, undiciConnector } from '@netfd/net/node'
import { Agent, request } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'

const run = promisify(execFile)

const VERSION = { Version: '27.0.1', ApiVersion: '1.46', Os: 'linux' }
const EVENTS = 50
const LARGE = randomBytes(10 << 20)
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const DIGEST = digest(LARGE)

/** A name of each kind: a file's, and an abstract one. */
const KINDS = ['a path', 'an abstract name'] as const
type Kind = (typeof KINDS)[number]

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'netfd-http-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  return dir
}

const nameOf = (kind: Kind): string =>
  kind === 'a path' ? join(folder(), 'docker.sock') : `@netfd-http-${process.pid}`

async function built(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const hash = createHash('sha256')
  await pipeline(req, hash)
  res.end(
    JSON.stringify({ sha256: hash.digest('hex'), length: req.headers['content-length'] ?? null }),
  )
}

async function events(res: ServerResponse): Promise<void> {
  for (let i = 0; i < EVENTS; i++) {
    res.write(`${JSON.stringify({ id: i })}\n`)
    await new Promise((resolve) => setImmediate(resolve))
  }
  res.end()
}

/** What a container engine answers: JSON, a stream of events in chunks, an image to load and to save. */
const engine: RequestListener = (req, res) => {
  const { method, url } = req
  if (url === '/version') res.end(JSON.stringify(VERSION))
  else if (url === '/events') void events(res)
  else if (url === '/save') res.end(LARGE)
  else if (method === 'POST' && url === '/load') void built(req, res)
  else res.writeHead(404).end()
}

/** The engine on our listener. */
async function ours(kind: Kind, form: Form): Promise<string> {
  const listener = await listen('unix', nameOf(kind))
  const server = createServer(engine)
  const open = new Set<Promise<unknown>>()
  server.on('connection', (socket) => open.add(new Promise((end) => socket.once('close', end))))
  const serving = serve(listener, server, { form })
  onTestFinished(async () => {
    await listener[Symbol.asyncDispose]()
    await serving
    server.closeAllConnections()
    server.close()
    await Promise.all(open)
  })
  return String(listener.addr)
}

/** The engine on Node's own server. */
async function nodes(kind: Kind): Promise<string> {
  const name = nameOf(kind)
  const server = createServer(engine)
  // Up to 20, Node fills an abstract name up with NULs, which are then part of the name.
  server.listen(name.replace(/^@/, '\0'))
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const filled = kind === 'an abstract name' && process.versions.node.startsWith('20.')
  return filled ? name.padEnd(108, '\0') : name
}

/** All that a client may ask, over an agent of undici's. */
async function converse(agent: Agent): Promise<void> {
  const ask = (path: string) => request(`http://docker${path}`, { dispatcher: agent })
  const version = await ask('/version')
  expect(await version.body.json()).toEqual(VERSION)
  const { headers, body } = await ask('/events')
  expect(headers['transfer-encoding']).toBe('chunked')
  const lines = (await body.text()).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).id)).toEqual(
    Array.from({ length: EVENTS }, (_, i) => i),
  )
  const load = { dispatcher: agent, method: 'POST', body: LARGE } as const
  const loaded = await request('http://docker/load', load)
  expect(await loaded.body.json()).toEqual({ sha256: DIGEST, length: String(LARGE.length) })
  const saved = await ask('/save')
  expect(digest(new Uint8Array(await saved.body.arrayBuffer()))).toBe(DIGEST)
  const many = await Promise.all(Array.from({ length: 40 }, () => ask('/version')))
  for (const { body: each } of many) expect(await each.json()).toEqual(VERSION)
}

async function using(agent: Agent, use: (agent: Agent) => Promise<void>): Promise<void> {
  try {
    await use(agent)
  } finally {
    await agent.destroy()
  }
}

describe.each(KINDS)('HTTP at %s', (kind) => {
  it.each<Form>(['socket', 'duplex'])(
    'undici talks to a server of ours, both as a %s',
    async (form) => {
      const path = await ours(kind, form)
      await using(new Agent({ connections: 4, connect: undiciConnector({ path, form }) }), converse)
    },
  )

  it.each<Form>(['socket', 'duplex'])(
    'undici talks to a server of Node’s over a %s of ours',
    async (form) => {
      const path = await nodes(kind)
      await using(new Agent({ connections: 4, connect: undiciConnector({ path, form }) }), converse)
    },
  )

  it('the global fetch talks to a server of ours', async () => {
    const path = await ours(kind, 'auto')
    await using(new Agent({ connect: undiciConnector({ path }) }), async (dispatcher) => {
      const response = await fetch('http://docker/version', { dispatcher } as object)
      expect(await response.json()).toEqual(VERSION)
    })
  })

  it('an agent for node:http and a Duplex dial the name', async () => {
    const path = await ours(kind, 'auto')
    const agent = httpAgent({ path }, { keepAlive: true })
    onTestFinished(() => agent.destroy())
    for (let i = 0; i < 3; i++) {
      const [res] = (await once(get('http://docker/version', { agent }), 'response')) as [
        IncomingMessage,
      ]
      expect(JSON.parse(String(Buffer.concat(await res.toArray())))).toEqual(VERSION)
    }
    const duplex = dialDuplex({ path })
    duplex.end('GET /version HTTP/1.0\r\n\r\n')
    expect(String(Buffer.concat(await duplex.toArray()))).toContain('"Version":"27.0.1"')
  })

  it.each<Form>(['socket', 'duplex'])('curl talks to a server of ours over a %s', async (form) => {
    const path = await ours(kind, form)
    const option = kind === 'a path' ? '--unix-socket' : '--abstract-unix-socket'
    const dir = folder()
    const curl = async (...args: string[]): Promise<string> => {
      const all = ['-sS', '--fail', '--noproxy', '*', option, path.replace(/^@/, ''), ...args]
      return (await run('curl', all)).stdout
    }
    expect(JSON.parse(await curl('http://docker/version'))).toEqual(VERSION)
    const chunks = await curl('-i', 'http://docker/events')
    expect(chunks).toMatch(/transfer-encoding: chunked/i)
    expect(
      chunks
        .trimEnd()
        .split('\n')
        .filter((line) => line.startsWith('{')),
    ).toHaveLength(EVENTS)
    writeFileSync(join(dir, 'image'), LARGE)
    const sent = JSON.parse(await curl('--data-binary', `@${dir}/image`, 'http://docker/load'))
    expect(sent).toEqual({ sha256: DIGEST, length: String(LARGE.length) })
    const chunked = ['-T', `${dir}/image`, '-X', 'POST', '-H', 'Transfer-Encoding: chunked']
    const piped = JSON.parse(await curl(...chunked, 'http://docker/load'))
    expect(piped).toEqual({ sha256: DIGEST, length: null })
    await curl('-o', `${dir}/saved`, 'http://docker/save')
    expect(digest(readFileSync(`${dir}/saved`))).toBe(DIGEST)
  })
})

it('a server that is not there rejects the request with the error of the dial', async () => {
  const path = join(folder(), 'none')
  await using(new Agent({ connect: undiciConnector({ path }) }), async (dispatcher) => {
    await expect(request('http://docker/version', { dispatcher })).rejects.toMatchObject({
      code: 'ENOENT',
      message: `dial unix ${path}: connect: no such file or directory`,
    })
  })
})
