// What a caller's compiler knows: a literal network gives its class, a string the interface.
import { expect, expectTypeOf, it } from 'vitest'
import type { Conn, Listener, StreamConn, TCPListener, TCPNetwork } from '../src/index.js'
import { Dialer, dial, dialTimeout, ListenConfig, listen, pipe, TCPConn } from '../src/index.js'
import { track } from './support.js'

/** A network that is only known when the program runs. */
const named = (network: string): string => network

it('a network that is a literal gives the class of its connections and listeners', async () => {
  const listener = track(await listen('tcp4', '127.0.0.1:0'))
  expectTypeOf(listener).toEqualTypeOf<TCPListener>()
  const configured = track(await new ListenConfig().listen('tcp', '127.0.0.1:0'))
  expectTypeOf(configured).toEqualTypeOf<TCPListener>()
  const address = String(listener.addr)
  const conn = track(await dial('tcp', address))
  expectTypeOf(conn).toEqualTypeOf<TCPConn>()
  expectTypeOf(track(await dialTimeout('tcp4', address, 60_000))).toEqualTypeOf<TCPConn>()
  const either = 'tcp' as TCPNetwork
  expectTypeOf(track(await new Dialer().dial(either, address))).toEqualTypeOf<TCPConn>()
  expectTypeOf(track(await listener.accept())).toEqualTypeOf<TCPConn>()
  expect(conn).toBeInstanceOf(TCPConn)
})

it('a network that is a string gives the interfaces that all networks share', async () => {
  const listener = track(await listen(named('tcp'), '127.0.0.1:0'))
  expectTypeOf(listener).toEqualTypeOf<Listener>()
  const configured = track(await new ListenConfig().listen(named('tcp'), '127.0.0.1:0'))
  expectTypeOf(configured).toEqualTypeOf<Listener>()
  const address = String(listener.addr)
  const conn = track(await dial(named('tcp'), address))
  expectTypeOf(conn).toEqualTypeOf<Conn>()
  expectTypeOf(track(await dialTimeout(named('tcp'), address, 60_000))).toEqualTypeOf<Conn>()
  expectTypeOf(track(await new Dialer().dial(named('tcp'), address))).toEqualTypeOf<Conn>()
  expectTypeOf(conn).not.toHaveProperty('readFull')
  expect(conn).toBeInstanceOf(TCPConn)
})

it('a stream has more than a Conn, and a TCPConn is one', async () => {
  const [a, b] = pipe().map(track) as [StreamConn, StreamConn]
  expectTypeOf<TCPConn>().toExtend<StreamConn>()
  expectTypeOf<StreamConn>().toExtend<Conn>()
  await a.write(Uint8Array.of(1, 2))
  expect(await b.readFull(new Uint8Array(2))).toBe(2)
  await a.close()
  for await (const piece of b) expect.unreachable(String(piece))
})

it('a network that there is not is refused, literal or not', async () => {
  await expect(dial(named('ip'), '127.0.0.1:1')).rejects.toThrow('unknown network ip')
  await expect(listen(named('ip'), '127.0.0.1:0')).rejects.toThrow('unknown network ip')
})
