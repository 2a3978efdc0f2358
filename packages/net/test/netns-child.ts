// What happens in a network namespace, for netns.test.ts: one scene a process, a line for each outcome.
import { IPPROTO_TCP, setsockopt, TCP_SYNCNT } from '@netfd/syscall'
import type { OpError, RawConn, TCPNetwork } from '../src/index.js'
import { Dialer, dial, ListenConfig } from '../src/index.js'

const say = (value: unknown): void => console.log(JSON.stringify(value))

const config = new ListenConfig({ mptcp: false })

/** The fields of an error that say what happened. */
const failure = (error: unknown): object => {
  const { message, code, syscall, timeout } = error as OpError
  return { message, code, syscall, timeout }
}

const heard = (): Promise<unknown> => new Promise((resolve) => process.stdin.once('data', resolve))

const scenes: Record<string, (...args: string[]) => Promise<void>> = {
  'link-local': async (network = '', host = '') => {
    await using listener = await config.listen(network as TCPNetwork, `[${host}]:0`)
    await using client = await dial(network as TCPNetwork, String(listener.addr))
    await using server = await listener.accept()
    await client.write('zone')
    const n = await server.read(new Uint8Array(8))
    const addrs = [
      listener.addr,
      client.localAddr,
      client.remoteAddr,
      server.localAddr,
      server.remoteAddr,
    ]
    say({
      n,
      addrs: addrs.map((addr) => [addr.ip, addr.zone, String(addr)]),
      port: listener.addr.port,
      from: client.localAddr.port,
    })
  },
  'dial timeout': async (address = '') => {
    await new Dialer({ timeout: 100 }).dial('tcp', address).catch((error) => say(failure(error)))
  },
  'kernel timeout': async (address = '') => {
    // One SYN that is sent again once: about three seconds.
    const control = (_network: string, _address: string, raw: RawConn) =>
      raw.control((fd) => setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, 1))
    await new Dialer({ control }).dial('tcp', address).catch((error) => say(failure(error)))
  },
  serve: async (address = '') => {
    const listener = await config.listen('tcp', address)
    say(String(listener.addr))
    for await (const conn of listener) void conn.read(new Uint8Array(8))
  },
  'user timeout': async (address = '') => {
    const conn = await dial('tcp', address)
    conn.setUserTimeout(300)
    say('connected')
    await heard()
    process.stdin.destroy()
    await conn.write('into the void')
    await conn.read(new Uint8Array(8)).catch((error) => say(failure(error)))
    await conn.write('again').catch((error) => say(failure(error)))
    await conn.close()
  },
}

const [, , scene = '', ...args] = process.argv
await scenes[scene]?.(...args)
