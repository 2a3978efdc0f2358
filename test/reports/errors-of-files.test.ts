// sendfile(2) fails with the errno of the file as well as with that of the socket. What a file fails with,
// as a network file system may with any errno, says nothing about the connection.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  EACCES,
  ECONNRESET,
  EHOSTDOWN,
  EHOSTUNREACH,
  EIO,
  ENETUNREACH,
  ETIMEDOUT,
  errnoName,
} from '@netfd/syscall'
import { afterAll, describe, expect, it } from 'vitest'
import { errorOf, pair } from '../../packages/net/test/support.js'
import { replace } from '../../packages/poll/test/support.js'

const dir = mkdtempSync(join(tmpdir(), 'netfd-file-'))
afterAll(() => rmSync(dir, { recursive: true }))
const path = join(dir, 'file')
writeFileSync(path, new Uint8Array(1000))

const room = () => new Uint8Array(64)

describe('an error of the file that is sent', () => {
  it.each([EIO, EACCES, ETIMEDOUT, EHOSTDOWN, EHOSTUNREACH, ENETUNREACH, ECONNRESET])(
    'is none of the connection: errno %i',
    async (errno) => {
      const [conn, peer] = await pair()
      await using file = await open(path)
      replace({ sendfilePool: async () => -errno })
      expect((await errorOf(conn.readFrom(file))).code).toBe(errnoName(errno))
      // It still writes, reads, and tells a proper end.
      await conn.write('still here')
      expect(await peer.read(room())).toBe(10)
      await peer.write('bye')
      peer.closeWrite()
      expect(await conn.read(room())).toBe(3)
      expect(await conn.read(room())).toBe(null)
    },
  )
})

describe('a reset that sendfile is the first to see', () => {
  it('is kept, and no later read is an end', async () => {
    const [conn, peer] = await pair()
    await using file = await open(path)
    await peer.reset()
    expect((await errorOf(conn.readFrom(file))).code).toBe('ECONNRESET')
    expect((await errorOf(conn.read(room()))).code).toBe('ECONNRESET')
    expect((await errorOf(conn.write('x'))).code).toBe('ECONNRESET')
  })

  it('is told again by a later file', async () => {
    const [conn, peer] = await pair()
    await using file = await open(path)
    await peer.reset()
    expect((await errorOf(conn.write('x'))).code).toBe('ECONNRESET')
    expect((await errorOf(conn.readFrom(file))).code).toBe('ECONNRESET')
  })
})
