// The calls of test/go/udp.go, in the same order and under the same names.
import type { TCPNetwork, UDPConn, UDPNetwork } from '../src/index.js'
import {
  Dialer,
  dial,
  dialUDP,
  listen,
  listenMulticastUDP,
  listenPacket,
  listenUDP,
  TCPAddr,
  UDPAddr,
} from '../src/index.js'
import type { Call, Text } from './go-texts.js'
import { textsOf } from './go-texts.js'
import { PAST, track } from './support.js'

const none = null as unknown as UDPAddr
const local = new UDPAddr('127.0.0.1', 0)
/** A network that a compiler would not let pass. */
const named = (network: string) => network as UDPNetwork

function addresses(taken: number): Call[] {
  const dials = (name: string, network: string, address: string): Call => [
    name,
    () => dial(named(network), address),
  ]
  const listens = (name: string, network: string, address: string): Call => [
    name,
    () => listenPacket(named(network), address),
  ]
  return [
    dials('no address', 'udp', ''),
    dials('no port', 'udp', '127.0.0.1'),
    dials('wrong family', 'udp4', '[::1]:80'),
    dials('wrong family, IPv6', 'udp6', '127.0.0.1:80'),
    listens('address taken', 'udp', `127.0.0.1:${taken}`),
    listens('address of others', 'udp', '192.0.2.1:0'),
    listens('packets over tcp', 'tcp', '127.0.0.1:0'),
    listens('packets over an unknown network', 'udpp', '127.0.0.1:0'),
    ['listen', () => listen('udp' as TCPNetwork, '127.0.0.1:0')],
    ['no address at all', () => dialUDP('udp', null, none)],
    ['dialUDP of tcp', () => dialUDP(named('tcp'), null, new UDPAddr('', 1))],
    ['listenUDP of tcp', () => listenUDP(named('tcp'), null)],
    ['no group', () => listenMulticastUDP('udp4', null, none)],
    ['a group that is none', () => listenMulticastUDP('udp4', null, local)],
    ...dialers(),
  ]
}

function dialers(): Call[] {
  const from = (localAddr: TCPAddr | UDPAddr, to: string) =>
    new Dialer({ localAddr }).dial('udp', to)
  const late = new Dialer({ timeout: -1 })
  return [
    ['a local address of TCP', () => from(new TCPAddr('127.0.0.1', 0), '127.0.0.1:80')],
    ['a local address of the other family', () => from(local, '[::1]:80')],
    ['timeout', () => late.dial('udp', '127.0.0.1:80')],
    ['canceled', () => dial('udp', '127.0.0.1:80', { signal: AbortSignal.abort() })],
  ]
}

const buf = new Uint8Array(8)

function writing(conn: UDPConn, connected: UDPConn, to: UDPAddr): Call[] {
  const other = new TCPAddr('127.0.0.1', 1) as unknown as UDPAddr
  const long = new Uint8Array(65_508)
  return [
    ['write without a peer', () => conn.write(buf)],
    ['writeTo no address', () => conn.writeTo(buf, none)],
    ['writeMsg to no address', () => conn.writeMsg(buf, null, null)],
    ['writeTo an address of TCP', () => conn.writeTo(buf, other)],
    ['writeTo an address of the other family', () => conn.writeTo(buf, new UDPAddr('::1', 1))],
    ['writeTo port 0', () => conn.writeTo(buf, local)],
    ['writeTo of too much', () => conn.writeTo(long, to)],
    ['write of too much', () => connected.write(long)],
    ['writeTo of a connected one', () => connected.writeTo(buf, to)],
    ['writeMsg with an address of a connected one', () => connected.writeMsg(buf, null, to)],
  ]
}

function late(conn: UDPConn, to: UDPAddr): Call[] {
  return [
    [
      'readFrom past the deadline',
      () => {
        conn.setDeadline(PAST)
        return conn.readFrom(buf)
      },
    ],
    ['writeTo past the deadline', () => conn.writeTo(buf, to)],
  ]
}

/** Where nothing receives any more: the answer fails the next call. */
function refused(connected: UDPConn, receiver: UDPConn): Call[] {
  const to = receiver.localAddr
  const after = (call: () => Promise<unknown>) => () => connected.write(buf).then(call)
  return [
    ['read after a refusal', after(() => connected.read(buf))],
    ['readFrom after a refusal', after(() => connected.readFrom(buf))],
    ['write after a refusal', after(() => connected.write(buf))],
    ['readFrom after close', () => receiver.readFrom(buf)],
    ['writeTo after close', () => receiver.writeTo(buf, to)],
    ['readMsg after close', () => receiver.readMsg(buf, new Uint8Array(0))],
    ['close after close', () => receiver.close()],
  ]
}

/** Our texts, for the table that the Go program prints. */
export async function ourUDPTexts(taken: number): Promise<Text[]> {
  const receiver = await listenUDP('udp4', local)
  const conn = track(await listenUDP('udp4', local))
  const to = receiver.localAddr
  const connected = track(await dialUDP('udp', local, to))
  const texts = await textsOf([
    ...addresses(taken),
    ...writing(conn, connected, to),
    ...late(conn, to),
  ])
  await receiver.close()
  return [...texts, ...(await textsOf(refused(connected, receiver)))]
}
