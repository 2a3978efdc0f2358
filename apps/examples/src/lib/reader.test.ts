import { pipe } from '@netfd/net'
import { expect, it } from 'vitest'
import { LineReader } from './reader.js'

const lines = async (reader: LineReader): Promise<string[]> => {
  const found: string[] = []
  for (let line = await reader.line(); line !== null; line = await reader.line()) found.push(line)
  return found
}

it.each<[pieces: string[], found: string[]]>([
  [['one\ntwo\n'], ['one', 'two']],
  [
    ['o', 'ne\r', '\nt', 'wo\n'],
    ['one', 'two'],
  ],
  [
    ['one\n\n', '\n'],
    ['one', '', ''],
  ],
  [['one\nhalf'], ['one', 'half']],
  [[], []],
])('makes lines of the pieces %j', async (pieces, found) => {
  const [here, there] = pipe()
  const send = async () => {
    for (const piece of pieces) await there.write(piece)
    await there.close()
  }
  const [read] = await Promise.all([lines(new LineReader(here)), send()])
  expect(read).toEqual(found)
  await here.close()
})

it('hands out bytes after lines, and says whether the next line has begun', async () => {
  const [here, there] = pipe()
  const reader = new LineReader(here)
  const sent = there.write('4\nbodyrest')
  expect(reader.begun).toBe(false)
  expect(await reader.line()).toBe('4')
  expect(Buffer.from((await reader.some(4)) ?? []).toString()).toBe('body')
  expect(reader.begun).toBe(true)
  await sent
  await there.close()
  expect(Buffer.from((await reader.some(9)) ?? []).toString()).toBe('rest')
  expect(await reader.some(9)).toBeNull()
  expect(await reader.begin()).toBe(false)
  await here.close()
})

it('refuses a line that is too long', async () => {
  const [here, there] = pipe()
  const reader = new LineReader(here, 8)
  const [sent, read] = await Promise.allSettled([there.write('123456789'), reader.line()])
  expect(sent.status).toBe('fulfilled')
  expect(read).toMatchObject({ reason: { code: 'ERR_LONG_LINE' } })
  await Promise.all([here.close(), there.close()])
})
