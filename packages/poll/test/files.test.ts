// Calls on the thread pool: in pieces as short as the kernel likes, and none that goes on after an abort.
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, describe, expect, it } from 'vitest'
import { hook } from '../src/testing.js'
import { adoptFD, pattern, replace, tcpPair, turns } from './support.js'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

const dir = mkdtempSync(join(tmpdir(), 'netfd-'))
let files = 0

afterAll(() => rmSync(dir, { recursive: true }))

/** A new file, and the FD that it is written with. */
function file() {
  const path = join(dir, String(files++))
  return { path, fd: adoptFD(openSync(path, 'w')) }
}

/** The kernel takes three bytes a call. */
function threeAtATime(called: () => void = () => undefined): void {
  const { fileWrite } = hook
  replace({
    fileWrite: (fd, buf, at) => {
      called()
      return fileWrite(fd, buf.subarray(0, at + 3), at)
    },
  })
}

describe('a file that is written a few bytes at a time', () => {
  it('has all of them, in order', async () => {
    const { path, fd } = file()
    threeAtATime()
    expect(await fd.write(pattern(20))).toBe(20)
    expect(readFileSync(path)).toEqual(Buffer.from(pattern(20)))
  })

  it('has all of several buffers, in order', async () => {
    const { path, fd } = file()
    threeAtATime()
    expect(await fd.writev([pattern(5), new Uint8Array(0), pattern(7, 5), pattern(1, 12)])).toBe(13)
    expect(readFileSync(path)).toEqual(Buffer.from(pattern(13)))
  })

  it('is written no further after an abort, and what was written is said', async () => {
    const { path, fd } = file()
    const abort = new AbortController()
    let calls = 0
    threeAtATime(() => {
      if (++calls === 3) abort.abort('why')
    })
    const { signal } = abort
    await expect(fd.write(pattern(20), { signal })).rejects.toMatchObject({
      code: 'ABORT_ERR',
      cause: 'why',
      bytesWritten: 9,
    })
    expect(readFileSync(path)).toEqual(Buffer.from(pattern(9)))
  })
})

it('a read that is complete keeps its buffer alive no longer', async () => {
  const [a, b] = tcpPair()
  await a.write(pattern(10))
  const read = async (): Promise<WeakRef<Uint8Array>> => {
    const buf = new Uint8Array(10)
    await b.read(buf)
    return new WeakRef(buf)
  }
  const buf = await read()
  await turns(2)
  gc()
  expect(buf.deref()).toBe(undefined)
})
