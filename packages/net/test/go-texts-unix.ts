// The calls of test/go/local.go, in the same order and under the same names.
import { mkdirSync, writeFileSync } from 'node:fs'
import { chdir, cwd } from 'node:process'
import { unixRights } from '@netfd/syscall'
import type { UnixgramConn, UnixNetwork } from '../src/index.js'
import {
  Dialer,
  dial,
  dialUnix,
  listen,
  listenPacket,
  listenUnix,
  listenUnixgram,
  resolveUnixAddr,
  TCPAddr,
  UnixAddr,
} from '../src/index.js'
import type { Call, Text } from './go-texts.js'
import { textsOf } from './go-texts.js'
import { PAST, track } from './support.js'
import type { Listening } from './unix-support.js'

const none = null as unknown as UnixAddr
/** A network that a compiler would not let pass. */
const named = (network: string) => network as Listening & 'unixgram'

/** Names that others have, each in its way. */
async function furnish(network: Listening, other: Listening): Promise<void> {
  writeFileSync('file', '')
  const stale = await listen(network, 'stale')
  stale.setUnlinkOnClose(false)
  await stale.close()
  track(await listen(other, 'wrong'))
}

function naming(network: Listening): Call[] {
  const at = (name: string): UnixAddr => new UnixAddr(name, network)
  const dials = (name: string, address: string): Call => [name, () => dial(network, address)]
  const listens = (name: string, address: string): Call => [name, () => listen(network, address)]
  const late = new Dialer({ timeout: -1 })
  const from = (localAddr: UnixAddr | TCPAddr) => new Dialer({ localAddr }).dial(network, 'none')
  return [
    dials('nothing there', 'none'),
    dials('a file that is no socket', 'file'),
    dials('a stale file', 'stale'),
    listens('listen on a stale file', 'stale'),
    dials('a socket of another type', 'wrong'),
    listens('listen on a path in use', 'wrong'),
    dials('no address', ''),
    dials('a path that is too long', 'p'.repeat(108)),
    dials('an abstract name that is too long', `@${'a'.repeat(108)}`),
    dials('an abstract name that there is not', '@netfd-none'),
    listens('listen on a path that is too long', 'p'.repeat(108)),
    listens('listen in a directory that there is not', 'absent/s'),
    ['a local name that is taken', () => dialUnix(network, at('file'), at('none'))],
    ['a local name and no address', () => dialUnix(network, at('mine'), null)],
    ['no address at all', () => dialUnix(network, null, null)],
    ['listen at no address', () => listenUnix(network, none)],
    ['a local address of another network', () => from(new UnixAddr('l', 'unixgram'))],
    ['a local address of TCP', () => from(new TCPAddr('127.0.0.1', 0))],
    ['timeout', () => late.dial(network, 'none')],
    ['canceled', () => dial(network, 'none', { signal: AbortSignal.abort() })],
  ]
}

async function connected(network: Listening): Promise<Call[]> {
  const buf = new Uint8Array(8)
  const name = 'conns'
  const listener = await listen(network, name)
  const accepted = async () => {
    const client = await dial(network, name)
    return [client, await listener.accept()] as const
  }
  const [client, server] = await accepted()
  const [lonely, gone] = await accepted()
  track(lonely)
  await gone.close()
  client.setDeadline(PAST)
  const closed = async (call: () => unknown) => {
    await client.close().catch(() => undefined)
    return await call()
  }
  const open = <T>(call: () => T): T => {
    client.setDeadline(null)
    return call()
  }
  const x = Buffer.from('x')
  return [
    ['read past the deadline', () => client.read(buf)],
    ['write past the deadline', () => client.write(buf)],
    ['an empty write', () => server.write('')],
    ['a message with an address', () => server.writeMsg(x, null, new UnixAddr(name, network))],
    [
      'a message with a descriptor that is not open',
      () => open(() => client.writeMsg(x, unixRights(99_999))),
    ],
    [
      'write after CloseWrite',
      () => {
        client.closeWrite()
        return client.write(buf).finally(() => server.close())
      },
    ],
    ['write to a peer that is gone', () => lonely.write(buf)],
    ['read after close', () => closed(() => client.read(buf))],
    ['write after close', () => client.write(buf)],
    ['close after close', () => client.close()],
    ['half-close after close', () => client.closeRead()],
    ['readMsg after close', () => client.readMsg(buf, new Uint8Array(0))],
    [
      'accept past the deadline',
      () => {
        listener.setDeadline(PAST)
        return listener.accept()
      },
    ],
    ['accept after close', () => listener.close().then(() => listener.accept())],
    ['close of a listener after close', () => listener.close()],
  ]
}

const networks = (): Call[] => {
  const at = (network: UnixNetwork): UnixAddr => new UnixAddr('p', network)
  return [
    ['listen for datagrams', () => listenUnix(named('unixgram'), at('unixgram'))],
    ['listen on tcp', () => listenUnix(named('tcp'), at('unix'))],
    ['packets of a stream', () => listenUnixgram(named('unix'), at('unix'))],
    ['packets at no address', () => listenUnixgram('unixgram', none)],
    ['dial tcp', () => dialUnix(named('tcp'), null, at('unix'))],
    ['resolve of tcp', () => resolveUnixAddr(named('tcp'), 'p')],
    ['packets in a directory that there is not', () => listenPacket('unixgram', 'absent/s')],
  ]
}

function writes(alone: UnixgramConn, linked: UnixgramConn, to: UnixAddr): Call[] {
  const x = Buffer.from('x')
  const long = new Uint8Array(1 << 22)
  return [
    ['write without a peer', () => alone.write(x)],
    ['writeTo', () => alone.writeTo(x, to)],
    ['writeTo nowhere', () => alone.writeTo(x, new UnixAddr('nowhere', 'unixgram'))],
    [
      'writeTo an address of another network',
      () => alone.writeTo(x, new UnixAddr(to.name, 'unix')),
    ],
    ['writeTo no address', () => alone.writeTo(x, none)],
    ['writeMsg to no address', () => alone.writeMsg(x, null, null)],
    ['writeTo of a connected one', () => linked.writeTo(x, to)],
    ['writeMsg with an address of a connected one', () => linked.writeMsg(x, null, to)],
    ['a message that is too long', () => linked.write(long)],
    ['a message to an address that is too long', () => alone.writeTo(long, to)],
  ]
}

async function datagrams(): Promise<Text[]> {
  const at = (name: string): UnixAddr => new UnixAddr(name, 'unixgram')
  const buf = new Uint8Array(8)
  const receiver = await listenUnixgram('unixgram', at('receiver'))
  const to = receiver.localAddr
  const alone: UnixgramConn[] = []
  const naming = await textsOf([
    ['a path in use', () => listenUnixgram('unixgram', at('receiver'))],
    [
      'a local name alone',
      async () => void alone.push(track(await dialUnix('unixgram', at('alone'), null))),
    ],
    ['a local name alone that is taken', () => dialUnix('unixgram', at('alone'), null)],
    ['no address for datagrams', () => dialUnix('unixgram', null, null)],
  ])
  const linked = track(await dial('unixgram', 'receiver'))
  const talking = await textsOf(writes(alone[0] as UnixgramConn, linked, to))
  receiver.setDeadline(PAST)
  const late = await textsOf([['readFrom past the deadline', () => receiver.readFrom(buf)]])
  await receiver.close()
  const closed = await textsOf([
    ['write to a receiver that is gone', () => linked.write('x')],
    ['readFrom after close', () => receiver.readFrom(buf)],
    ['writeTo after close', () => receiver.writeTo(buf, at('alone'))],
    ['close of a socket of datagrams after close', () => receiver.close()],
  ])
  return [...naming, ...talking, ...late, ...closed]
}

async function textsOver(network: Listening): Promise<Text[]> {
  mkdirSync(network)
  chdir(network)
  await furnish(network, network === 'unix' ? 'unixpacket' : 'unix')
  const texts = await textsOf(naming(network))
  texts.push(...(await textsOf(await connected(network))))
  chdir('..')
  return texts.map(([name, text]) => [`${network}: ${name}`, text])
}

/** Our texts, for the table that the Go program prints: relative paths, in an empty directory. */
export async function ourUnixTexts(directory: string): Promise<Text[]> {
  const before = cwd()
  chdir(directory)
  try {
    const texts = [...(await textsOver('unix')), ...(await textsOver('unixpacket'))]
    return [...texts, ...(await textsOf(networks())), ...(await datagrams())]
  } finally {
    chdir(before)
  }
}
