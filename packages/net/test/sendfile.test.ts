// Go: net/sendfile_test.go. From a file into a connection without the bytes leaving the kernel.
import { execFileSync } from 'node:child_process'
import { constants, writeFileSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { EINVAL } from '@netfd/syscall'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rejected } from './error-walk.js'
import { scratch } from './program.js'
import { countCalls, PAST, pair, pattern, readAll, replacePoll, same } from './support.js'

/** A file of these bytes, open for reading and closed after the test. */
async function fileOf(bytes: Uint8Array): Promise<FileHandle> {
  const path = join(scratch(), 'file')
  writeFileSync(path, bytes)
  return opened(path)
}

async function opened(path: string, flags = constants.O_RDONLY): Promise<FileHandle> {
  const file = await open(path, flags)
  onTestFinished(() => file.close())
  return file
}

describe('readFrom a file (TestSendfile)', () => {
  it.each([0, 1, 4_096, (12 << 20) + 5])(
    'sends all of %i bytes inside the kernel',
    async (size) => {
      const [client, server] = await pair()
      const want = pattern(size)
      const file = await fileOf(want)
      const calls = countCalls('sendfilePool', 'send')
      const sending = client.readFrom(file).then((n) => {
        client.closeWrite()
        return n
      })
      const [got, sent] = await Promise.all([readAll(server), sending])
      expect(sent).toBe(size)
      expect(same(got, want)).toBe(true)
      expect(calls.send).toBe(0)
      expect(calls.sendfilePool).toBeGreaterThan(0)
    },
  )

  it('sends it in parts, each from where the last one ended (TestSendfileParts)', async () => {
    const [client, server] = await pair()
    const file = await fileOf(pattern(2_500))
    for (const want of [1_000, 1_000, 500, 0]) {
      expect(await client.readFrom(file, { limit: 1_000 })).toBe(want)
    }
    client.closeWrite()
    expect(same(await readAll(server), pattern(2_500))).toBe(true)
  })

  it('starts at the position of the file, and moves it (TestSendfileSeeked)', async () => {
    const [client, server] = await pair()
    const file = await fileOf(pattern(1_000))
    await file.read(new Uint8Array(100), 0, 100, null)
    expect(await client.readFrom(file, { limit: 600 })).toBe(600)
    const rest = await file.read(new Uint8Array(1_000), 0, 1_000, null)
    expect(rest.bytesRead).toBe(300)
    client.closeWrite()
    expect(same(await readAll(server), pattern(1_000).subarray(100, 700))).toBe(true)
  })

  it('ends with the write deadline (TestSendfileOnWriteTimeoutExceeded)', async () => {
    const [client] = await pair()
    const file = await fileOf(pattern(64))
    client.setWriteDeadline(PAST)
    const error = await rejected('readfrom', client.readFrom(file))
    expect(error).toMatchObject({ code: 'ETIMEDOUT', timeout: true, bytesWritten: 0 })
    const ends = `tcp ${client.localAddr}->${client.remoteAddr}`
    expect(error.message).toBe(`readfrom ${ends}: write ${ends}: i/o timeout`)
    client.setWriteDeadline(null)
    expect(await client.readFrom(file)).toBe(64)
  })

  it('after close fails with the error of the write, and with EBADF for a closed file', async () => {
    const [client] = await pair()
    const file = await fileOf(pattern(64))
    const closed = await fileOf(pattern(64))
    await closed.close()
    const gone = await rejected('readfrom', client.readFrom(closed))
    expect(gone).toMatchObject({ code: 'EBADF', syscall: 'sendfile', bytesWritten: 0 })
    await client.close()
    const error = await rejected('readfrom', client.readFrom(file))
    expect(error).toMatchObject({ code: 'ERR_NET_CLOSED', bytesWritten: 0 })
    expect(error.cause).toMatchObject({ op: 'write', code: 'ERR_NET_CLOSED' })
  })

  it('copies a file that sendfile does not serve (TestCopyFromTTY)', async () => {
    const [client, server] = await pair()
    replacePoll({ sendfilePool: async () => -EINVAL })
    const file = await fileOf(pattern(200_000))
    const sending = client.readFrom(file, { limit: 150_000 }).then((n) => {
      client.closeWrite()
      return n
    })
    const [got, sent] = await Promise.all([readAll(server), sending])
    expect(sent).toBe(150_000)
    expect(same(got, pattern(150_000))).toBe(true)
  })

  it('sends files whose size is not known', async () => {
    const [client, server] = await pair()
    const sent = await client.readFrom(await opened('/proc/self/cmdline'))
    client.closeWrite()
    expect(sent).toBeGreaterThan(0)
    expect(await readAll(server)).toHaveLength(sent)
  })
})

it('readFrom a FIFO takes what comes, write by write (TestSendfilePipe, TestCopyPipeIntoTCP)', async () => {
  const [client, server] = await pair()
  const path = join(scratch(), 'fifo')
  execFileSync('mkfifo', [path])
  // Open for both, so that neither end waits for the other to come.
  const writer = await opened(path, constants.O_RDWR)
  const reader = await opened(path)
  const sending = client.readFrom(reader, { limit: 12 })
  await writer.write('first ')
  await server.readFull(new Uint8Array(6))
  await writer.write('second')
  expect(await sending).toBe(12)
  client.closeWrite()
  expect(Buffer.from(await readAll(server)).toString()).toBe('second')
})
