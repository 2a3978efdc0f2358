// node:http, node:https and node:http2, and the clients that stand on an agent: axios and got.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { ClientHttp2Session } from 'node:http2'
import http2 from 'node:http2'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import tls from 'node:tls'
import { dialSocket, httpAgent, httpsAgent } from '@netfd/net/node'
import type { AxiosInstance } from 'axios'
import axios from 'axios'
import type { Got } from 'got'
import got from 'got'
import type { Client, Form, Hold, Where, Work } from './client.js'
import { connectorOptions, isRefused, LARGE, whileDown } from './client.js'

/** An agent of each kind, with which a client asks. */
interface Agents {
  readonly http: http.Agent
  readonly https: https.Agent
}

const agents = ({ ca }: Where, form: Form, more: http.AgentOptions = {}): Agents => {
  const o = connectorOptions(form)
  const options = { keepAlive: true, ...more }
  const secure = { ...options, ca }
  if (o === undefined) return { http: new http.Agent(options), https: new https.Agent(secure) }
  return { http: httpAgent(o, options), https: httpsAgent(o, secure) }
}

const destroy = (agents: Agents): void => {
  agents.http.destroy()
  agents.https.destroy()
}

const using = async (agents: Agents, work: (agents: Agents) => Promise<void>): Promise<void> => {
  try {
    await work(agents)
  } finally {
    destroy(agents)
  }
}

const plainUrl = ({ host, port }: Where, path = '/'): string => `http://${host}:${port}${path}`
const secureUrl = ({ host, securePort }: Where, path = '/'): string =>
  `https://${host}:${securePort}${path}`

const sizeOf = async (stream: Readable): Promise<number> => {
  let size = 0
  for await (const chunk of stream) size += chunk.length
  return size
}

/** A GET with node:http or node:https: the response, whose body is still to come. */
const respond = async (agents: Agents, url: string): Promise<http.IncomingMessage> => {
  const request = url.startsWith('https:')
    ? https.get(url, { agent: agents.https })
    : http.get(url, { agent: agents.http })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  return response
}

const get = async (agents: Agents, url: string): Promise<{ text: string; socket: Socket }> => {
  const response = await respond(agents, url)
  const { socket } = response
  let text = ''
  for await (const chunk of response) text += chunk
  return { text, socket }
}

/** The work of a client of node:http or node:https, which differ in the address. */
const nodeWorks = (urlOf: (to: Where, path?: string) => string): Record<string, Work> => ({
  request: (to, form) =>
    using(agents(to, form), async (agents) => {
      assert.equal((await get(agents, urlOf(to))).text, 'hello')
    }),
  'keep-alive': (to, form) =>
    using(agents(to, form), async (agents) => {
      const { socket } = await get(agents, urlOf(to))
      assert.ok((await get(agents, urlOf(to))).socket === socket)
    }),
  '64 MiB': (to, form) =>
    using(agents(to, form), async (agents) => {
      assert.equal(await sizeOf(await respond(agents, urlOf(to, '/large'))), LARGE)
    }),
  pool: (to, form) =>
    using(agents(to, form, { maxSockets: 2 }), async (agents) => {
      const asked = Array.from({ length: 20 }, () => get(agents, urlOf(to)))
      const sockets = (await Promise.all(asked)).map(({ socket }) => socket)
      assert.equal(new Set(sockets).size, 2)
    }),
  reconnect: (to, form) =>
    using(agents(to, form, { maxSockets: 1 }), async (agents) => {
      await get(agents, urlOf(to))
      await whileDown(to, async () => {
        // One after the other: each gives its place to the next.
        const asked = [1, 2, 3].map(() => isRefused(get(agents, urlOf(to))))
        await Promise.all(asked)
      })
      assert.equal((await get(agents, urlOf(to))).text, 'hello')
    }),
})

const holdWith =
  (urlOf: (to: Where) => string, ask: (agents: Agents, url: string) => Promise<unknown>): Hold =>
  async (to, form) => {
    const held = agents(to, form)
    await ask(held, urlOf(to))
    return { ask: () => ask(held, urlOf(to)), end: () => destroy(held) }
  }

const forms = ['socket', 'duplex', 'tuned'] as const

export const nodeHttp: Client = {
  name: 'node:http',
  forms,
  works: nodeWorks(plainUrl),
  holds: { plain: holdWith(plainUrl, get) },
}

export const nodeHttps: Client = {
  name: 'node:https',
  forms,
  works: {
    ...nodeWorks(secureUrl),
    'session cache': (to, form) =>
      using(agents(to, form, { keepAlive: false }), async (agents) => {
        const reused = async () => {
          const response = await respond(agents, secureUrl(to))
          const socket = response.socket as tls.TLSSocket
          const reused = socket.isSessionReused()
          await sizeOf(response)
          await (socket.destroyed || once(socket, 'close'))
          return reused
        }
        assert.equal(await reused(), false)
        assert.equal(await reused(), true)
      }),
  },
  holds: { TLS: holdWith(secureUrl, get) },
}

/** Its `createConnection` returns the socket, which is dialed before. */
const session = async (to: Where, form: Form): Promise<ClientHttp2Session> => {
  const { host, securePort: port, ca } = to
  const o = connectorOptions(form)
  if (o === undefined) return http2.connect(secureUrl(to), { ca })
  const socket = await dialSocket(o, { host, port })
  return http2.connect(secureUrl(to), {
    createConnection: () => tls.connect({ socket, ca, ALPNProtocols: ['h2'] }),
  })
}

const usingSession = async (
  session: ClientHttp2Session,
  work: (session: ClientHttp2Session) => Promise<void>,
): Promise<void> => {
  try {
    await work(session)
  } finally {
    const closed = session.destroyed ? null : once(session, 'close')
    session.close()
    await closed
  }
}

const stream = (session: ClientHttp2Session, path: string) =>
  session.request({ ':path': path }).end()

export const nodeHttp2: Client = {
  name: 'node:http2',
  forms,
  works: {
    requests: async (to, form) =>
      usingSession(await session(to, form), async (session) => {
        const asked = Array.from({ length: 20 }, () => sizeOf(stream(session, '/')))
        assert.deepEqual(await Promise.all(asked), Array(20).fill('hello'.length))
      }),
    '64 MiB': async (to, form) =>
      usingSession(await session(to, form), async (session) => {
        assert.equal(await sizeOf(stream(session, '/large')), LARGE)
      }),
  },
  holds: {
    TLS: async (to, form) => {
      const held = await session(to, form)
      held.on('error', () => undefined)
      await sizeOf(stream(held, '/'))
      return { ask: () => sizeOf(stream(held, '/')), end: () => held.destroy() }
    },
  },
}

const axiosOf = (agents: Agents): AxiosInstance =>
  // Of its own accord it would take a proxy out of the environment.
  axios.create({ httpAgent: agents.http, httpsAgent: agents.https, proxy: false })

const askAxios = async (agents: Agents, url: string): Promise<void> => {
  assert.equal((await axiosOf(agents).get(url)).data, 'hello')
}

export const axiosClient: Client = {
  name: 'axios',
  forms,
  works: {
    request: (to, form) => using(agents(to, form), (agents) => askAxios(agents, plainUrl(to))),
    TLS: (to, form) => using(agents(to, form), (agents) => askAxios(agents, secureUrl(to))),
    '64 MiB': (to, form) =>
      using(agents(to, form), async (agents) => {
        const options = { responseType: 'stream' } as const
        const { data } = await axiosOf(agents).get<Readable>(plainUrl(to, '/large'), options)
        assert.equal(await sizeOf(data), LARGE)
      }),
  },
  holds: { plain: holdWith(plainUrl, askAxios), TLS: holdWith(secureUrl, askAxios) },
}

const gotOf = (agents: Agents): Got => got.extend({ agent: agents, retry: { limit: 0 } })

const askGot = async (agents: Agents, url: string): Promise<void> => {
  assert.equal(await gotOf(agents)(url).text(), 'hello')
}

export const gotClient: Client = {
  name: 'got',
  forms,
  works: {
    request: (to, form) => using(agents(to, form), (agents) => askGot(agents, plainUrl(to))),
    TLS: (to, form) => using(agents(to, form), (agents) => askGot(agents, secureUrl(to))),
    '64 MiB': (to, form) =>
      using(agents(to, form), async (agents) => {
        assert.equal(await sizeOf(gotOf(agents).stream(plainUrl(to, '/large'))), LARGE)
      }),
  },
  holds: { plain: holdWith(plainUrl, askGot), TLS: holdWith(secureUrl, askGot) },
}
