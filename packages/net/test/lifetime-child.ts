// A program that ends by itself as soon as nothing keeps it alive, for lifetime.test.ts.
import { Dialer, dial, ListenConfig } from '../src/index.js'

const config = new ListenConfig({ mptcp: false })

const scenes: Record<string, (address: string) => Promise<void>> = {
  /** Open and idle: nobody waits. */
  idle: async () => {
    const listener = await config.listen('tcp', '127.0.0.1:0')
    const client = await dial('tcp', String(listener.addr))
    const server = await listener.accept()
    client.setDeadline(Date.now() + 3_600_000)
    server.setReadDeadline(Date.now() + 3_600_000)
  },
  /** Waiting, and told that this does not matter. */
  'unref accept': async () => {
    const listener = await config.listen('tcp', '127.0.0.1:0')
    listener.unref()
    void listener.accept()
  },
  'unref loop': async () => {
    const listener = await config.listen('tcp', '127.0.0.1:0')
    listener.unref()
    for await (const conn of listener) await conn.close()
  },
  'unref read': async (address) => {
    const conn = await dial('tcp', address)
    conn.unref()
    void conn.read(new Uint8Array(8))
  },
  /** Waiting. */
  accept: async () => {
    const listener = await config.listen('tcp', '127.0.0.1:0')
    console.log(String(listener.addr))
    const conn = await listener.accept()
    console.log('accepted')
    await conn.close()
  },
  read: async (address) => {
    const conn = await dial('tcp', address)
    console.log('reading')
    console.log((await conn.read(new Uint8Array(8))) ?? 'end')
  },
  'read, ref again': async (address) => {
    const conn = await dial('tcp', address)
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
