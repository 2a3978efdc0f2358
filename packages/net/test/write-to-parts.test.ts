// Go: io.Writer of io.Copy. `writeTo` a writer that takes less than a piece at a time, or fails after a part of it.
import { describe, expect, it } from 'vitest'
import { errorOf, pair } from './support.js'

interface Counts extends Error {
  bytesRead: number
  bytesWritten: number
}

/** A failure that says how much went before it, as a Conn's does. */
const after = (bytesWritten: number): Error =>
  Object.assign(new Error(`failed after ${bytesWritten}`), { bytesWritten })

/** Writers that answer the same, at once and with a promise. */
const answers = [
  ['at once', (n: number): unknown => n],
  ['with a promise', (n: number): unknown => Promise.resolve(n)],
] as const

/** What a transfer of ten bytes fails with, to a writer that does one after the other. */
async function failure(...does: (() => unknown)[]): Promise<Counts> {
  const [client, server] = await pair()
  await client.write('0123456789')
  const error = await errorOf<Counts>(server.writeTo({ write: () => does.shift()?.() }))
  await Promise.all([client.close(), server.close()])
  return error
}

describe.each(answers)('a writer that answers %s', (_, answer) => {
  it('may take a whole piece byte by byte', async () => {
    const [client, server] = await pair()
    const size = 64 * 1024
    await client.write(new Uint8Array(size))
    let calls = 0
    const dst = {
      write: () => {
        calls++
        return answer(1)
      },
    }
    expect(await server.writeTo(dst, { limit: size })).toBe(size)
    expect(calls).toBe(size)
    await Promise.all([client.close(), server.close()])
  })

  it('and rejects later: each part counts once', async () => {
    const error = await failure(
      () => answer(3),
      () => answer(1),
      () => Promise.reject(after(2)),
    )
    expect(error).toMatchObject({ bytesRead: 10, bytesWritten: 6 })
  })

  it('and throws later: each part counts once', async () => {
    const error = await failure(
      () => answer(3),
      () => answer(1),
      () => {
        throw after(2)
      },
    )
    expect(error).toMatchObject({ bytesRead: 10, bytesWritten: 6 })
  })
})

it('what a writer throws says as much as what it rejects with', async () => {
  const thrown = await failure(() => {
    throw after(2)
  })
  const rejected = await failure(() => Promise.reject(after(2)))
  expect([thrown.bytesWritten, rejected.bytesWritten]).toEqual([2, 2])
})

it.each([undefined, null])(
  'a rejection with %s is the writer’s, and no mistake of ours',
  async (reason) => {
    const error = await failure(() => Promise.reject(reason))
    const thrown = await failure(() => {
      throw reason
    })
    expect((error.cause as Error).message).toBe((thrown.cause as Error).message)
  },
)
