// A write that takes a part of what it is given: nothing takes its result for all of it.
import { createWriteStream, openSync, readFileSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { OpError } from '@netfd/net'
import { FD } from '@netfd/poll'
import { describe, expect, it } from 'vitest'
import { errorOf, pair, pattern, readAll, same } from '../../packages/net/test/support.js'
import { replace } from '../../packages/poll/test/support.js'
import { canMount, smallDisk } from './small-disk.js'

const PAGE = 4096
const ROOM = 18 * PAGE

/** A connection on which `size` bytes arrive, and no end. */
async function arriving(size: number) {
  const [client, server] = await pair()
  void client.write(pattern(size))
  return { client, server }
}

describe.skipIf(!canMount)('on a disk that is full before the end', () => {
  it('writeTo a FileHandle rejects with ENOSPC and says how much the file has', async () => {
    const path = join(smallDisk(ROOM), 'file')
    const file = await open(path, 'w')
    const { client, server } = await arriving(300_000)
    const error = await errorOf<OpError>(server.writeTo(file))
    await file.close()
    expect(error).toMatchObject({ op: 'writeto', code: 'ENOSPC', bytesWritten: ROOM })
    expect(same(readFileSync(path), pattern(ROOM))).toBe(true)
    // What was not read of the connection is still in it.
    client.closeWrite()
    const rest = await readAll(server)
    expect(rest.length).toBe(300_000 - (error.bytesRead as number))
  })

  it('writeTo a file stream of Node rejects with ENOSPC, and no error is left for the process', async () => {
    const path = join(smallDisk(ROOM), 'file')
    const stream = createWriteStream(path)
    const { server } = await arriving(300_000)
    const error = await errorOf<OpError>(server.writeTo(stream))
    expect(error).toMatchObject({ op: 'writeto', code: 'ENOSPC' })
    // The stream counts whole pieces; the last one got in by a part.
    expect(error.bytesWritten).toBeLessThanOrEqual(ROOM)
    expect(same(readFileSync(path), pattern(ROOM))).toBe(true)
    await new Promise<void>((resolve) => {
      if (stream.closed) resolve()
      else stream.on('close', resolve)
    })
  })

  it.each<[string, (fd: FD, bytes: Uint8Array) => Promise<number>]>([
    ['write', (fd, bytes) => fd.write(bytes)],
    ['writev', (fd, bytes) => fd.writev([bytes.subarray(0, 50_001), bytes.subarray(50_001)])],
  ])('FD.%s of a file rejects with ENOSPC and a true bytesWritten', async (_, write) => {
    const path = join(smallDisk(ROOM), 'file')
    const fd = new FD(openSync(path, 'w'))
    fd.init()
    const error = await errorOf<OpError>(write(fd, pattern(300_000)))
    await fd.close()
    expect(error).toMatchObject({ code: 'ENOSPC', bytesWritten: ROOM })
    expect(same(readFileSync(path), pattern(ROOM))).toBe(true)
  })
})

it('a FileHandle whose writes are short gets all of it', async () => {
  const { client, server } = await arriving(300_000)
  client.closeWrite()
  const got: Uint8Array[] = []
  const file: Pick<FileHandle, 'fd'> & object = {
    fd: -1,
    createReadStream: () => undefined,
    write: async (data: Uint8Array, at: number, length: number) => {
      const part = data.slice(at, at + Math.min(length, 999))
      got.push(part)
      return { bytesWritten: part.length }
    },
  } as never
  expect(await server.writeTo(file as FileHandle)).toBe(300_000)
  expect(same(Buffer.concat(got), pattern(300_000))).toBe(true)
})

it.each<[string, (fd: FD, bytes: Uint8Array) => Promise<number>]>([
  ['write', (fd, bytes) => fd.write(bytes)],
  ['writev', (fd, bytes) => fd.writev([bytes.subarray(0, 1_001), bytes.subarray(1_001)])],
])('FD.%s of a file whose writes are short writes all of it', async (_, write) => {
  const got: Uint8Array[] = []
  replace({
    fileWrite: async (_, buf, offset) => {
      const part = buf.slice(offset, offset + 700)
      got.push(part)
      return part.length
    },
  })
  const fd = new FD(openSync('/dev/null', 'w'))
  fd.init(false)
  expect(await write(fd, pattern(5_000))).toBe(5_000)
  await fd.close()
  expect(same(Buffer.concat(got), pattern(5_000))).toBe(true)
})
