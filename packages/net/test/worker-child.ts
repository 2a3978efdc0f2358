// A thread that is terminated in the middle of a call, for lifetime.test.ts.
import { parentPort, workerData } from 'node:worker_threads'
import { dial, listen } from '../src/index.js'

const { scene, address } = workerData as { scene: string; address: string }

const say = (what: string): void => parentPort?.postMessage(what)

const scenes: Record<string, () => Promise<void>> = {
  read: async () => {
    const conn = await dial('tcp', address)
    const read = conn.read(new Uint8Array(8))
    say('waiting')
    await read
  },
  write: async () => {
    const conn = await dial('tcp', address)
    const write = conn.write(new Uint8Array(64 << 20))
    say('waiting')
    await write
  },
  dial: async () => {
    const dialing = dial('tcp', address)
    say('waiting')
    await dialing
  },
  accept: async () => {
    const listener = await listen('tcp', '127.0.0.1:0', { mptcp: false })
    const accept = listener.accept()
    say(String(listener.addr))
    await accept
  },
  'listen unix': async () => {
    const listener = await listen('unix', address)
    const accept = listener.accept()
    say('waiting')
    await accept
  },
  receive: async () => {
    const conn = await dial('unix', address)
    const got = await conn.receiveFd()
    say(`has ${got?.fds.length}`)
    await new Promise(() => undefined)
  },
  'receive all': async () => {
    const conn = await dial('unix', address)
    for (let n = 0; ; n++) {
      if (n === 20) say('waiting')
      await conn.receiveFd()
    }
  },
  exit: async () => {
    const conn = await dial('tcp', address)
    void conn.read(new Uint8Array(8))
    process.exit()
  },
}

await scenes[scene]?.()
