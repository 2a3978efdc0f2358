// @netfd/poll without @netfd/net: a pipe.
import assert from 'node:assert/strict'
import { FD } from '@netfd/poll'
import { O_CLOEXEC, O_NONBLOCK, pipe2 } from '@netfd/syscall'

const [r, w] = pipe2(O_NONBLOCK | O_CLOEXEC)
const [reader, writer] = [new FD(r), new FD(w)]
reader.init()
writer.init()
const buf = new Uint8Array(8)
const reading = reader.read(buf)
await writer.write(new Uint8Array(3))
assert.equal(await reading, 3)
await writer.close()
assert.equal(await reader.read(buf), null)
await reader.close()
await assert.rejects(import('@netfd/net'), { code: 'ERR_MODULE_NOT_FOUND' })
