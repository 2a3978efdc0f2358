import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import timers from 'node:timers'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import type { Snapshot } from './leaks.js'
import { addLeakCheck, leaked, settledLeaks, snapshot, watchListeners } from './leaks.js'

const of = (fds: Record<number, string>, timers: [object, string][] = []): Snapshot => ({
  descriptors: new Map(Object.entries(fds).map(([fd, target]) => [Number(fd), target])),
  timers: new Map(timers),
})

const old = {}
const fresh = {}

describe('leaked', () => {
  it.each([
    ['nothing', of({ 3: 'socket:[1]' }), of({ 3: 'socket:[1]' }), []],
    ['a socket', of({}), of({ 9: 'socket:[7]' }), ['descriptor 9 is still open: socket:[7]']],
    [
      'a number that was used again',
      of({ 3: 'pipe:[1]' }),
      of({ 3: 'pipe:[2]' }),
      ['descriptor 3 is still open: pipe:[2]'],
    ],
    ['the one epoll set of a thread', of({}), of({ 5: 'anon_inode:[eventpoll]' }), []],
    [
      'a second epoll set',
      of({}),
      of({ 5: 'anon_inode:[eventpoll]', 6: 'anon_inode:[eventpoll]' }),
      ['descriptor 6 is still open: anon_inode:[eventpoll]'],
    ],
    [
      'a timer',
      of({}, [[old, 'setTimeout at a']]),
      of({}, [
        [old, 'setTimeout at a'],
        [fresh, 'setTimeout at b'],
      ]),
      ['a timer is still armed: setTimeout at b'],
    ],
    ['fewer of everything', of({ 3: 'socket:[1]' }, [[old, 'setTimeout at a']]), of({}), []],
  ] as const)('reports %s', (_, before, now, expected) => {
    expect(leaked(before, now)).toEqual(expected)
  })
})

describe('settledLeaks', () => {
  it('names a descriptor that stays open and is silent after its close', async () => {
    const before = snapshot()
    const fd = openSync('/dev/null', 'r')
    expect(await settledLeaks(before)).toEqual([`descriptor ${fd} is still open: /dev/null`])
    closeSync(fd)
    expect(await settledLeaks(before)).toEqual([])
  })

  it('waits for a close that is under way in the thread pool', async () => {
    const before = snapshot()
    const file = await open('/dev/null', 'r')
    const closed = file.close()
    expect(await settledLeaks(before)).toEqual([])
    await closed
  })

  it.each([
    ['setTimeout', () => setTimeout(() => undefined, 1_000_000)],
    ['an unref-ed setTimeout', () => setTimeout(() => undefined, 1_000_000).unref()],
    ['setInterval', () => setInterval(() => undefined, 1_000_000)],
    ["node:timers' setTimeout", () => timers.setTimeout(() => undefined, 1_000_000)],
  ])('says where %s armed a timer that never fired', async (_, arm) => {
    const before = snapshot()
    const timer = arm()
    const [found, ...more] = await settledLeaks(before)
    expect(found).toMatch(/^a timer is still armed: set(Timeout|Interval) .*leaks\.test\.ts:\d+/)
    expect(more).toEqual([])
    clearTimeout(timer)
    expect(await settledLeaks(before)).toEqual([])
  })

  it('says nothing about a timer that has fired', async () => {
    const before = snapshot()
    await new Promise<void>((resolve) => setTimeout(resolve, 0))
    expect(leaked(before, snapshot())).toEqual([])
  })

  it('reports a listener left on a watched signal', async () => {
    const before = snapshot()
    const signal = watchListeners(new AbortController().signal)
    const listener = (): void => undefined
    signal.addEventListener('abort', listener)
    expect(await settledLeaks(before)).toEqual(['1 more abort listeners on a signal than before'])
    signal.removeEventListener('abort', listener)
    expect(await settledLeaks(before)).toEqual([])
  })
})

describe('addLeakCheck', () => {
  it('asks a check of the test file itself', async () => {
    const before = snapshot()
    let left = ['a lock is held']
    addLeakCheck(() => left)
    expect(await settledLeaks(before)).toEqual(['a lock is held'])
    left = []
    expect(await settledLeaks(before)).toEqual([])
  })
})

describe('the setup file', () => {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const dir = mkdtempSync(join(tmpdir(), 'netfd-leaks-'))
  afterAll(() => rmSync(dir, { recursive: true }))

  const run = (name: string, body: string): { status: number | null; output: string } => {
    writeFileSync(join(dir, `${name}.test.ts`), body)
    const config = `export default { test: {
      globals: true, setupFiles: [${JSON.stringify(join(root, 'test/setup.ts'))}], include: ['${name}.test.ts'] } }`
    writeFileSync(join(dir, `${name}.config.mjs`), config)
    const args = ['run', '--root', dir, '--config', join(dir, `${name}.config.mjs`)]
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const done = spawnSync(process.execPath, [vitest, ...args], { encoding: 'utf8' })
    return { status: done.status, output: done.stdout + done.stderr }
  }

  it('fails a file that leaves a descriptor open and says what it is', () => {
    const { status, output } = run(
      'leaky',
      `import { openSync } from 'node:fs'
       it('opens', () => { openSync('/dev/null', 'r') })`,
    )
    expect(output).toContain('is still open: /dev/null')
    expect(status).toBe(1)
  })

  it('passes a file that closes what it opened', () => {
    const { status, output } = run(
      'tidy',
      `import { closeSync, openSync } from 'node:fs'
       it('opens and closes', () => { closeSync(openSync('/dev/null', 'r')) })`,
    )
    expect(output).toContain('1 passed')
    expect(status).toBe(0)
  })
})
