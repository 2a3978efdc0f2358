// undici, and the global fetch with a dispatcher of its kind.
import assert from 'node:assert/strict'
import { undiciConnector } from '@netfd/net/node'
import { Agent, request } from 'undici'
import type { Client, Form, Hold, Where, Work } from './client.js'
import { connectorOptions, isRefused, LARGE, whileDown } from './client.js'

interface Options {
  readonly allowH2?: boolean
  readonly connections?: number
}

const agentOf = ({ ca }: Where, form: Form, { allowH2 = false, connections = 8 }: Options = {}) => {
  const o = connectorOptions(form)
  const connect = o ? undiciConnector({ ...o, allowH2, tls: { ca } }) : { ca, allowH2 }
  return new Agent({ allowH2, connections, connect, pipelining: 1 })
}

const using = async (agent: Agent, work: (agent: Agent) => Promise<void>): Promise<void> => {
  try {
    await work(agent)
  } finally {
    await agent.destroy()
  }
}

const plain = ({ host, port }: Where): string => `http://${host}:${port}`
const secure = ({ host, securePort }: Where): string => `https://${host}:${securePort}`

type Ask = (agent: Agent, url: string) => Promise<string>

const askUndici: Ask = async (dispatcher, url) => {
  const { body } = await request(url, { dispatcher })
  return await body.text()
}

/** The types of the global fetch know the dispatchers of the undici inside Node alone. */
const withDispatcher = (dispatcher: Agent): RequestInit => ({ dispatcher }) as object

const askFetch: Ask = async (agent, url) => {
  const response = await fetch(url, withDispatcher(agent))
  return await response.text()
}

const hello = (ask: Ask, urlOf: (to: Where) => string, o?: Options): Work => {
  return (to, form) =>
    using(agentOf(to, form, o), async (agent) => {
      const asked = Array.from({ length: 20 }, () => ask(agent, urlOf(to)))
      assert.deepEqual(await Promise.all(asked), Array(20).fill('hello'))
    })
}

const reconnect = (ask: Ask): Work => {
  return (to, form) =>
    using(agentOf(to, form), async (agent) => {
      await ask(agent, plain(to))
      await whileDown(to, async () => {
        // The first may find the old connection.
        await assert.rejects(ask(agent, plain(to)))
        await isRefused(ask(agent, plain(to)))
      })
      assert.equal(await ask(agent, plain(to)), 'hello')
    })
}

const hold =
  (ask: Ask, urlOf: (to: Where) => string, o?: Options): Hold =>
  async (to, form) => {
    const agent = agentOf(to, form, o)
    await ask(agent, urlOf(to))
    return { ask: () => ask(agent, urlOf(to)), end: () => agent.destroy() }
  }

const forms = ['socket', 'duplex', 'tuned'] as const

export const undici: Client = {
  name: 'undici',
  forms,
  works: {
    requests: hello(askUndici, plain),
    TLS: hello(askUndici, secure),
    h2: hello(askUndici, secure, { allowH2: true }),
    pool: hello(askUndici, plain, { connections: 2 }),
    '64 MiB': (to, form) =>
      using(agentOf(to, form), async (dispatcher) => {
        const { body } = await request(`${plain(to)}/large`, { dispatcher })
        let size = 0
        for await (const chunk of body) size += chunk.length
        assert.equal(size, LARGE)
      }),
    reconnect: reconnect(askUndici),
  },
  holds: {
    plain: hold(askUndici, plain),
    TLS: hold(askUndici, secure),
    h2: hold(askUndici, secure, { allowH2: true }),
  },
}

export const globalFetch: Client = {
  name: 'fetch',
  forms,
  works: {
    requests: hello(askFetch, plain),
    TLS: hello(askFetch, secure),
    '64 MiB': (to, form) =>
      using(agentOf(to, form), async (agent) => {
        const response = await fetch(`${plain(to)}/large`, withDispatcher(agent))
        assert.equal((await response.arrayBuffer()).byteLength, LARGE)
      }),
    reconnect: reconnect(askFetch),
  },
  holds: { plain: hold(askFetch, plain), TLS: hold(askFetch, secure) },
}
