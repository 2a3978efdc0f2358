// Programs for lifetime.test.ts: what an abandoned Duplex comes to, what one keeps alive, what one costs.
import { host } from '@netfd/poll/internal'
import type { TCPConn, TCPListener } from '../../src/index.js'
import { dial, ListenConfig } from '../../src/index.js'
import type { NetDuplex } from '../../src/node/index.js'
import { dialDuplex, toDuplex } from '../../src/node/index.js'

const config = new ListenConfig({ mptcp: false })
const collect = globalThis.gc as () => void
const turn = () => new Promise((resolve) => setImmediate(resolve))

const listening = () => config.listen('tcp', '127.0.0.1:0')

async function pair(listener: TCPListener): Promise<[TCPConn, TCPConn]> {
  const [conn, peer] = await Promise.all([dial('tcp', String(listener.addr)), listener.accept()])
  return [conn, peer]
}

/** The heap in use, once everything that can go has gone. */
async function heap(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    collect()
    await turn()
  }
  return process.memoryUsage().heapUsed
}

/** A stream that holds as much as it takes and is read by nothing. */
async function abandon(peer: TCPConn, conn: TCPConn): Promise<void> {
  const duplex = toDuplex(conn)
  await peer.write(new Uint8Array(100_000))
  while (duplex.readableLength < duplex.readableHighWaterMark) await turn()
}

const scenes: Record<string, (address: string) => Promise<void>> = {
  leak: async () => {
    const codes: unknown[] = []
    process.on('warning', (warning) => codes.push((warning as NodeJS.ErrnoException).code))
    const listener = await listening()
    const [peer] = await (async () => {
      const [conn, peer] = await pair(listener)
      await abandon(peer, conn)
      return [peer]
    })()
    for (let i = 0; i < 50 && codes.length === 0; i++) await heap()
    // The descriptor is closed: the peer is told.
    const end = await peer
      .read(new Uint8Array(1))
      .catch((error: NodeJS.ErrnoException) => error.code)
    console.log(JSON.stringify({ codes, end }))
    await Promise.all([peer.close(), listener.close()])
  },
  unref: async (address) => {
    const [host, port] = address.split(':') as [string, string]
    const duplex = dialDuplex()
    duplex.unref().resume()
    await new Promise<void>((resolve) => duplex.connect(Number(port), host, resolve))
    duplex.setTimeout(3_600_000)
  },
  ref: async (address) => {
    const [host, port] = address.split(':') as [string, string]
    const duplex = dialDuplex({ host, port: Number(port) })
    duplex.on('data', (data) => {
      console.log(String(data))
      duplex.destroy()
    })
  },
  memory: async () => {
    const listener = await listening()
    const conns: TCPConn[] = []
    // Descriptors that were opened a moment ago are watched over by a timer's call: it comes before the
    // measuring, and not in the middle of it.
    const { setTimeout } = host
    let grown = (): void => undefined
    const keep = (fired: () => void) => {
      grown = fired
      return { unref: () => undefined }
    }
    Object.assign(host, { setTimeout: keep })
    for (let i = 0; i < 1_000; i++) conns.push(...(await pair(listener)))
    host.setTimeout = setTimeout
    grown()
    // The first ones bring code and shapes with them.
    const streams: NetDuplex[] = conns.splice(0, 200).map((conn) => toDuplex(conn))
    await turn()
    const before = await heap()
    for (const conn of conns) streams.push(toDuplex(conn))
    const after = await heap()
    const { arrayBuffers } = process.memoryUsage()
    console.log(JSON.stringify({ each: Math.round((after - before) / conns.length), arrayBuffers }))
    for (const stream of streams) stream.destroy()
    await listener.close()
  },
}

const [scene = '', address = ''] = process.argv.slice(2)
await scenes[scene]?.(address)
