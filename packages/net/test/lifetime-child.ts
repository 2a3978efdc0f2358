// A program that ends by itself as soon as nothing keeps it alive, for lifetime.test.ts.
import { Dialer, dial, ListenConfig } from '../src/index.js'

const config = new ListenConfig({ mptcp: false })

const kept: unknown[] = []

/** The collector must not find it before the program's end: it would be closed, with a warning. */
function keep<T>(open: T): T {
  kept.push(open)
  return open
}

const listening = async () => keep(await config.listen('tcp', '127.0.0.1:0'))
const dialed = async (address: string) => keep(await dial('tcp', address))

const scenes: Record<string, (address: string) => Promise<void>> = {
  /** Open and idle: no call waits. */
  idle: async () => {
    const listener = await listening()
    const client = await dialed(String(listener.addr))
    const server = keep(await listener.accept())
    client.setDeadline(Date.now() + 3_600_000)
    server.setReadDeadline(Date.now() + 3_600_000)
  },
  /** Waiting, and told that this does not matter. */
  'unref accept': async () => {
    const listener = await listening()
    listener.unref()
    void listener.accept()
  },
  'unref loop': async () => {
    const listener = await listening()
    listener.unref()
    for await (const conn of listener) await conn.close()
  },
  'unref read': async (address) => {
    const conn = await dialed(address)
    conn.unref()
    void conn.read(new Uint8Array(8))
  },
  /** Waiting. */
  accept: async () => {
    const listener = await listening()
    console.log(String(listener.addr))
    const conn = await listener.accept()
    console.log('accepted')
    await conn.close()
  },
  read: async (address) => {
    const conn = await dialed(address)
    console.log('reading')
    console.log((await conn.read(new Uint8Array(8))) ?? 'end')
  },
  'read, ref again': async (address) => {
    const conn = await dialed(address)
    conn.unref()
    const read = conn.read(new Uint8Array(8))
    conn.ref()
    console.log('reading')
    console.log((await read) ?? 'end')
  },
  dial: async (address) => {
    console.log('dialing')
    const conn = await new Dialer({ timeout: 60_000 }).dial('tcp', address)
    console.log('connected')
    await conn.close()
  },
}

await scenes[process.argv[2] ?? '']?.(process.argv[3] ?? '')
