// A server whose process may have few descriptors, for no-descriptors-left.test.ts.
import type { TCPConn } from '@netfd/net'
import { listen } from '@netfd/net'

const listener = await listen('tcp', '127.0.0.1:0')

process.on('warning', (warning: Error & { code?: string }) => console.log(warning.code))

async function echo(conn: TCPConn): Promise<void> {
  await using _ = conn
  for await (const piece of conn) await conn.write(piece)
}

/** Connections that nothing waits for: they keep no process alive, and neither does standard input. */
const kept: TCPConn[] = []
const idle = process.argv[2] === 'idle'
if (idle) {
  process.stdin.resume().once('end', () => {
    console.log('told')
    listener.unref()
  })
  ;(process.stdin as NodeJS.ReadStream & { unref(): void }).unref()
}

async function serve(): Promise<void> {
  for await (const conn of listener) {
    if (idle) kept.push(conn)
    else void echo(conn).catch(console.error)
  }
}

console.log(String(listener.addr))
await serve()
