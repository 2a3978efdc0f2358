// Agents for node:http and node:https, and so for axios, got, ws and all else that takes an agent.
import type { AgentOptions, ClientRequestArgs } from 'node:http'
import { Agent } from 'node:http'
import type { RequestOptions, AgentOptions as SecureAgentOptions } from 'node:https'
import { Agent as SecureAgent } from 'node:https'
import type { Duplex } from 'node:stream'
import { checkConnector } from './connector-options.js'
import { openSocket } from './dial-socket.js'
import { FailedStream } from './failed-stream.js'
import type { ConnectOptions } from './options.js'

type Created = (error: Error | null, socket: Duplex) => void

/** What Node's agents keep beside what their types say. */
interface Books {
  sockets: Record<string, unknown[]>
  totalSocketCount?: number
}

/** What an agent's options hold beside what their types say. */
type Target = ClientRequestArgs & { _agentKey?: string }

/**
 * Holds a socket's place among an agent's sockets while it is dialed: an agent counts none that has not come
 * yet, and would open more than `maxSockets`. Returns what gives the place back. The agent's `destroy` ends
 * the dial.
 */
function holdPlace(agent: Agent, name: string, dial: AbortController): () => void {
  const books = agent as unknown as Books
  const place = { destroy: () => dial.abort() }
  const count = (n: number): void => {
    if (books.totalSocketCount !== undefined) books.totalSocketCount += n
  }
  books.sockets[name] ??= []
  books.sockets[name].push(place)
  count(1)
  return () => {
    const rest = (books.sockets[name] ?? []).filter((other) => other !== place)
    if (rest.length > 0) books.sockets[name] = rest
    else delete books.sockets[name]
    count(-1)
  }
}

/**
 * Dials for an agent. What fails comes as a socket that fails, as it does with Node's own: when one closes,
 * the agent serves the next request that waits for a place; it does not after an error alone.
 */
function dialFor(
  agent: Agent,
  o: ConnectOptions,
  options: Target,
  created: Created | undefined,
  wrap: (socket: Duplex) => Duplex,
): undefined {
  const dial = new AbortController()
  const name = options._agentKey ?? agent.getName(options as Parameters<Agent['getName']>[0])
  const leave = holdPlace(agent, name, dial)
  const to = { host: options.host ?? 'localhost', port: Number(options.port) }
  const open = async (): Promise<Duplex> =>
    wrap(await openSocket(o, { ...to, signal: dial.signal }))
  void open()
    .catch((error: Error) => new FailedStream(error))
    .then((socket) => {
      leave()
      created?.(null, socket)
    })
  // The agent takes what is returned for the socket.
  return undefined
}

class PlainAgent extends Agent {
  readonly #o: ConnectOptions

  constructor(o: ConnectOptions, agentOptions: AgentOptions | undefined) {
    super(agentOptions)
    this.#o = o
  }

  override createConnection(options: ClientRequestArgs, created?: Created) {
    if (options.socketPath != null) return super.createConnection(options, created)
    return dialFor(this, this.#o, options, created, (socket) => socket)
  }
}

class SecuredAgent extends SecureAgent {
  readonly #o: ConnectOptions

  constructor(o: ConnectOptions, agentOptions: SecureAgentOptions | undefined) {
    super(agentOptions)
    this.#o = o
  }

  override createConnection(options: RequestOptions, created?: Created) {
    if (options.socketPath != null) return super.createConnection(options, created)
    return dialFor(this, this.#o, options, created, (socket) => this.#over(options, socket))
  }

  /** The agent's own function keeps the cache of sessions. A handshake that fails is told by the socket. */
  #over(options: RequestOptions, socket: Duplex): Duplex {
    try {
      return super.createConnection({ ...options, socket } as RequestOptions) as Duplex
    } catch (error) {
      // A certificate that cannot be read, for one.
      socket.destroy()
      throw error
    }
  }
}

/**
 * An agent for `node:http` whose connections are dialed here: a peer that is gone is noticed after
 * `userTimeout` milliseconds, and a request that waits for it rejects with `ETIMEDOUT`. axios, got and ws
 * take it too. The second argument is what `http.Agent` takes.
 *
 * ```ts no-run
 * import { get } from 'node:http'
 * import { httpAgent } from '@netfd/net/node'
 * const agent = httpAgent({ userTimeout: 20_000 }, { keepAlive: true, maxSockets: 50 })
 * get('http://service.internal/', { agent }, (response) => response.pipe(process.stdout))
 * ```
 *
 * A dial that fails is the request's `'error'`. Throws TypeError or RangeError for a wrong option. A request
 * with a `socketPath` goes the agent's own way. With `keepAlive`, Node sets the probes of an idle connection
 * itself, over those of `keepAliveConfig`. Node: `http.Agent`.
 */
export function httpAgent(o: ConnectOptions = {}, agentOptions?: AgentOptions): Agent {
  checkConnector('httpAgent', o)
  return new PlainAgent({ ...o }, agentOptions)
}

/**
 * The same for `node:https`. The second argument is what `https.Agent` takes, certificates among it; it
 * caches TLS sessions as that does.
 *
 * ```ts no-run
 * import { get } from 'node:https'
 * import { httpsAgent } from '@netfd/net/node'
 * const agent = httpsAgent({ userTimeout: 20_000 }, { keepAlive: true })
 * get('https://service.internal/', { agent }, (response) => response.pipe(process.stdout))
 * ```
 *
 * A dial or handshake that fails is the request's `'error'`. Node: `https.Agent`.
 */
export function httpsAgent(o: ConnectOptions = {}, agentOptions?: SecureAgentOptions): SecureAgent {
  checkConnector('httpsAgent', o)
  return new SecuredAgent({ ...o }, agentOptions)
}
