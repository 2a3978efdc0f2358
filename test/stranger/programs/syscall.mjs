// @netfd/syscall alone: a watcher, and the addon that was loaded is the one the package ships.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { close, EFD_NONBLOCK, eventfd, read, watch, write } from '@netfd/syscall'

const fd = eventfd(0, EFD_NONBLOCK)
const ready = new Promise((resolve) => {
  const watcher = watch(fd, () => {
    assert.equal(read(fd, new Uint8Array(8)), 8)
    watcher.close()
    resolve(undefined)
  })
})
write(fd, new Uint8Array(new BigUint64Array([1n]).buffer))
await ready
close(fd)

const loaded = readFileSync('/proc/self/maps', 'utf8').match(/\/\S*syscall\.node/)?.[0] ?? ''
assert.match(loaded, /@netfd\/syscall\/prebuilds\/linux-(x64|arm64)\/syscall\.node$/)
await assert.rejects(import('@netfd/poll'), { code: 'ERR_MODULE_NOT_FOUND' })
