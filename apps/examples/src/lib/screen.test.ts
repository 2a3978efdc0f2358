import { PassThrough } from 'node:stream'
import type { WriteStream } from 'node:tty'
import { expect, it } from 'vitest'
import { ProgressBar } from './progress.js'
import { Screen } from './screen.js'

const stream = (terminal: object): WriteStream =>
  Object.assign(new PassThrough({ encoding: 'utf8' }), terminal) as unknown as WriteStream

const written = (to: WriteStream): string => (to.read() as string | null) ?? ''

it('writes one frame after the other into a pipe, whole', () => {
  const pipe = stream({})
  const screen = new Screen(pipe)
  screen.draw('one\nline')
  screen.draw('two')
  expect(written(pipe)).toBe('one\nline\ntwo\n')
})

it('draws over the last frame on a terminal, and keeps within it', () => {
  const terminal = stream({ isTTY: true, columns: 6, rows: 3 })
  const screen = new Screen(terminal)
  screen.draw('\u001b[1mtitle!\u001b[22m\ntoo long\nthird')
  expect(written(terminal)).toBe('\u001b[0J\u001b[1mtitle!\u001b[22m\ntoo lo\n')
  screen.draw('next')
  expect(written(terminal)).toBe('\u001b[2A\u001b[0Jnext\n')
})

it('draws whole frames on a terminal that has no size', () => {
  const terminal = stream({ isTTY: true, columns: 0, rows: 0 })
  const screen = new Screen(terminal)
  screen.draw('one\ntwo')
  expect(written(terminal)).toBe('\u001b[0Jone\ntwo\n')
})

it('draws no progress into a pipe', () => {
  const pipe = stream({})
  const bar = new ProgressBar(2, pipe)
  bar.step()
  bar.clear()
  expect(written(pipe)).toBe('')
})

it('fills a bar on a terminal, and takes it away', () => {
  const terminal = stream({ isTTY: true })
  const bar = new ProgressBar(4, terminal)
  bar.step()
  expect(written(terminal)).toBe(`\u001b[1G${'█'.repeat(8)}${'░'.repeat(22)}  25 % of 4`)
  bar.clear()
  expect(written(terminal)).toBe('\u001b[1G\u001b[2K')
})
