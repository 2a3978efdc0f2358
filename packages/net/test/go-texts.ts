// The calls of test/go/main.go, texts, in the same order and under the same names.
import type { TCPConn, TCPListener, TCPNetwork } from '../src/index.js'
import { Dialer, dial, ListenConfig, TCPAddr } from '../src/index.js'
import { listening, PAST, pair } from './support.js'

export type Text = [name: string, text: string]
export type Call = [name: string, call: () => unknown]

/** The text of what each call fails with, one after the other; Go prints `<nil>` for none. */
export async function textsOf(calls: readonly Call[]): Promise<Text[]> {
  const texts: Text[] = []
  for (const [name, call] of calls) {
    let text = '<nil>'
    try {
      await call()
    } catch (error) {
      text = (error as Error).message
    }
    texts.push([name, text])
  }
  return texts
}

const dials: [name: string, network: string, address: string][] = [
  ['no address', 'tcp', ''],
  ['no port', 'tcp', '127.0.0.1'],
  ['too many colons', 'tcp', '::1:80'],
  ['no bracket', 'tcp', '[::1:80'],
  ['stray bracket', 'tcp', '1:2]:80'],
  ['port out of range', 'tcp', '127.0.0.1:65536'],
  ['negative port', 'tcp', '127.0.0.1:-1'],
  ['wrong family', 'tcp4', '[::1]:80'],
  ['wrong family, IPv6', 'tcp6', '127.0.0.1:80'],
  ['unknown network', 'tcp9', '127.0.0.1:80'],
]

const addressing = (refusing: number, taken: number): Call[] => {
  const listens: [name: string, network: string, address: string][] = [
    ['address taken', 'tcp', `127.0.0.1:${taken}`],
    ['address of others', 'tcp', '192.0.2.1:0'],
    ['listen without port', 'tcp', '127.0.0.1'],
    ['listen on unknown network', 'udpp', '127.0.0.1:0'],
  ]
  const to = `127.0.0.1:${refusing}`
  const localAddr = new TCPAddr('127.0.0.1', 0)
  return [
    ['refused', () => dial('tcp', to)],
    ['refused, IPv6', () => dial('tcp6', `[::1]:${refusing}`)],
    ...dials.map(
      ([name, network, address]): Call => [name, () => dial(network as TCPNetwork, address)],
    ),
    ...listens.map(
      ([name, network, address]): Call => [
        name,
        () => new ListenConfig().listen(network as TCPNetwork, address),
      ],
    ),
    ['timeout', () => new Dialer({ timeout: -1 }).dial('tcp', to)],
    ['local address of the other family', () => new Dialer({ localAddr }).dial('tcp', '[::1]:80')],
    ['canceled', () => dial('tcp', to, { signal: AbortSignal.abort() })],
  ]
}

const living = (client: TCPConn, server: TCPConn): Call[] => {
  const buf = new Uint8Array(8)
  return [
    ['read past the deadline', () => client.read(buf)],
    ['write past the deadline', () => client.write(buf)],
    ['keep-alive out of range', () => client.setKeepAlivePeriod(36_000_000)],
    [
      'write after CloseWrite',
      () => {
        client.setDeadline(null)
        client.closeWrite()
        return client.write(buf)
      },
    ],
    [
      'read of a reset connection',
      async () => {
        await server.reset()
        await client.read(buf)
      },
    ],
    ['half-close of a reset connection', () => client.closeRead()],
  ]
}

const closed = (client: TCPConn): Call[] => {
  const raw = client.syscallConn()
  const buf = new Uint8Array(8)
  return [
    ['read after close', () => client.read(buf)],
    ['write after close', () => client.write(buf)],
    ['close after close', () => client.close()],
    ['half-close after close', () => client.closeWrite()],
    ['SetNoDelay after close', () => client.setNoDelay(true)],
    ['SetLinger after close', () => client.setLinger(0)],
    ['SetReadBuffer after close', () => client.setReadBuffer(4096)],
    ['SetDeadline after close', () => client.setDeadline(PAST)],
    ['File after close', () => client.dup()],
    ['raw control after close', () => raw.control(() => undefined)],
    ['raw read after close', () => raw.read(() => true)],
    ['writev after close', () => client.writev([buf])],
  ]
}

const accepting = (listener: TCPListener): Call[] => [
  ['accept past the deadline', () => listener.accept()],
  [
    'accept after close',
    async () => {
      await listener.close()
      await listener.accept()
    },
  ],
  ['close of a listener after close', () => listener.close()],
]

/** Our texts, for the table that the Go program prints. */
export async function ourTexts(refusing: number, taken: number): Promise<Text[]> {
  const listener = await listening()
  const [client, server] = await pair(listener)
  client.setDeadline(PAST)
  listener.setDeadline(PAST)
  const texts = await textsOf([...addressing(refusing, taken), ...living(client, server)])
  await client.close()
  return [...texts, ...(await textsOf([...closed(client), ...accepting(listener)]))]
}

/** Ephemeral ports differ: they all become one word. */
export const portless = ([name, text]: Text): Text => [
  name,
  text.replace(/(127\.0\.0\.1):\d{5}\b/g, '$1:PORT'),
]
