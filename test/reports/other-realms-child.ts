// Programs for other-realms.test.ts: the first argument says which.
import vm from 'node:vm'
import { dial, listen } from '@netfd/net'

const listener = await listen('tcp', '127.0.0.1:0')
const [conn, peer] = await Promise.all([dial('tcp', String(listener.addr)), listener.accept()])
const room = () => new Uint8Array(16)

const scenes: Record<string, () => Promise<unknown>> = {
  // Node freezes the language's own objects: nothing that inherits from them may be assigned to.
  frozen: async () => {
    await peer.write('hello')
    const got: string[] = []
    for await (const piece of conn) {
      got.push(String(Buffer.from(piece)))
      break
    }
    const left = conn[Symbol.asyncIterator]()
    const waiting = left.next()
    await left.return()
    const error = await conn.read(room(), { signal: AbortSignal.abort('why') }).catch((e) => e)
    return [got, (await waiting).done, error.code, error.cause.cause]
  },
  // Where node:vm has put everything of a page's, as a test runner does.
  realm: async () => {
    const bytes = vm.runInNewContext('new Uint8Array([104, 105])') as Uint8Array
    const into = vm.runInNewContext('new Uint8Array(8)') as Uint8Array
    await peer.write(bytes)
    await peer.writev([bytes, bytes])
    const n = await conn.readFull(into.subarray(0, 6))
    const wrong = await conn.write(vm.runInNewContext('new Uint16Array(2)')).catch((e) => e.name)
    return [n, String(Buffer.from(into.subarray(0, 6))), wrong]
  },
}

console.log(JSON.stringify(await scenes[process.argv[2] ?? '']?.()))
await Promise.all([conn.close(), peer.close(), listener.close()])
