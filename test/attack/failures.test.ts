// Programs that failed once, each as small as it could be made: they hold, again and again.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { closeIdlePipes } from '../../packages/poll/src/pipe-pool.js'
import type { Program } from './model/program.mjs'
import { Session } from './model/search.mjs'

const folder = new URL('./failures/', import.meta.url).pathname

/** What fails by chance does not fail each time. */
const TIMES = 20

const session = new Session()

beforeAll(() => session.open())
afterAll(async () => {
  await session.close()
  closeIdlePipes()
})

it.each(readdirSync(folder))('%s holds', async (file) => {
  const { program }: { program: Program } = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  expect(await session.repeat(program, TIMES)).toEqual([])
})
