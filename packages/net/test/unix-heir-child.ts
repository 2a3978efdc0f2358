// The successor of a server at a path, for unix-pass.test.ts: it takes the listener, and ends when its stdin does.
import { close } from '@netfd/syscall'
import { dial, fileListener, serve } from '../src/index.js'

await using front = await dial('unix', process.argv[2] ?? '')
const [fd = -1] = (await front.receiveFd())?.fds ?? []
const listener = fileListener(fd, 'unix')
close(fd)
listener.setUnlinkOnClose(true)
const stop = new AbortController()
process.stdin.resume().once('end', () => stop.abort())
console.log('serving')
await serve(
  listener,
  async (conn) => {
    for await (const piece of conn) await conn.write(piece)
  },
  { signal: stop.signal },
)
