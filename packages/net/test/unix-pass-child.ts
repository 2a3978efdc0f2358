// The new process of a restart, for unix-pass.test.ts: it takes connections over and goes on echoing.
import { close } from '@netfd/syscall'
import { dial, fileConn } from '../src/index.js'

const [, , at = '', network] = process.argv
const front = await dial('unix', at)
const echoes: Promise<void>[] = []

async function echo(fd: number): Promise<void> {
  await using conn = network === 'unix' ? fileConn(fd, 'unix') : fileConn(fd, 'tcp')
  close(fd)
  for await (const piece of conn) await conn.write(piece)
}

for (let got = await front.receiveFd(); got !== null; got = await front.receiveFd()) {
  echoes.push(...got.fds.map(echo))
}
await front.close()
await Promise.all(echoes)
console.log(echoes.length)
