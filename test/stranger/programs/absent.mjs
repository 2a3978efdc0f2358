// Without a binary everything can be imported; what needs no kernel works, and the first call that
// does prints what was tried and how to build it.
import assert from 'node:assert/strict'
import { listen, splitHostPort } from '@netfd/net'
import { socket } from '@netfd/syscall'

assert.deepEqual(splitHostPort('[::1]:80'), { host: '::1', port: '80' })
assert.throws(() => socket(2, 1), { code: 'ERR_NO_ADDON' })
await assert.rejects(listen('tcp', '127.0.0.1:0'), { code: 'ERR_NO_ADDON' })
try {
  socket(2, 1)
} catch (error) {
  console.log(/** @type {Error} */ (error).message)
}
