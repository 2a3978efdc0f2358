// Without the right to have more descriptors in flight than it may have open, for unix-kernel.test.ts.
import { close } from '@netfd/syscall'
import { dial, listen } from '../src/index.js'

const EACH = 200
const listener = await listen('unix', '')
const sender = await dial('unix', String(listener.addr))
const receiver = await listener.accept()

/** How many messages went, and the error of the one that did not. */
async function send(most: number): Promise<[number, string]> {
  for (let n = 0; n < most; n++) {
    try {
      await sender.sendFd(Array<number>(EACH).fill(0))
    } catch (error) {
      return [n, (error as NodeJS.ErrnoException).code ?? '']
    }
  }
  return [most, 'none']
}

const [sent, code] = await send(100)
console.log(code)
for (let n = 0; n < sent; n++) {
  for (const fd of (await receiver.receiveFd())?.fds ?? []) close(fd)
}
console.log((await send(1))[1])
await Promise.all([sender.close(), receiver.close(), listener.close()])
