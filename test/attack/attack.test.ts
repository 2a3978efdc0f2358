// What the command does with parts that end in every way.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { root } from '../../tools/step.mjs'
import { fixture } from '../fixture.js'
import { partsOf, removeLeft, runPart, shareOf } from './lib/attack.mjs'

let printed: string[] = []

beforeEach(() => {
  printed = []
  vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text))
})
afterEach(() => void vi.restoreAllMocks())

const part = (run: string, rest = ''): string =>
  `export const part = { what: 'tries', seconds: 4, ${rest} run: async (given) => { ${run} } }`

/** Runs the part with this body; answers whether it held, and all that was printed. */
const tried = async (run: string, rest = '') => {
  const [found] = await partsOf(fixture({ 'try.mjs': part(run, rest), 'run.mjs': 'throw 1' }))
  if (found === undefined) throw new Error('the part was not found')
  const held = await runPart(found, { seed: 7, seconds: 0.2, short: false })
  return { held, output: printed.join('\n') }
}

describe('a part', () => {
  it('that holds prints one line of figures', async () => {
    const { held, output } = await tried('return { seed: given.seed, things: 3 }')
    expect(held).toBe(true)
    expect(output).toMatch(/^✓ try {2}seed 7 {2}[\d.]+ s: 7 seed, 3 things$/m)
  })

  it.each([
    ['throws', "throw new Error('found it')", /Error: found it/],
    ['throws beside its promise', "setImmediate(() => { throw new Error('late') })", /Error: late/],
    [
      'is killed',
      "given.at('case 12'); process.kill(process.pid, 'SIGSEGV')",
      /SIGSEGV\nat: case 12/,
    ],
    ['leaves', "given.progress('the third'); process.exit(3)", /exited with 3\ndoing: the third/],
    ['leaves with no figures', 'process.exit(0)', /exited with 0/],
  ])('that %s fails with what is known and how to do it again', async (_, run, said) => {
    const { held, output } = await tried(
      `${run}; await new Promise(() => setTimeout(() => 0, 9e6))`,
    )
    expect(held).toBe(false)
    expect(output).toMatch(said)
    expect(output).toContain('again: npm run attack -- try --seed 7 --seconds 0.2')
  })

  it('that does not end is killed, with what it has started', async () => {
    const start =
      "const { spawn } = await import('node:child_process'); const child = spawn('sleep', ['9999'])"
    const { held, output } = await tried(
      `${start}; given.at(String(child.pid)); for (;;);`,
      'beside: 1,',
    )
    expect(held).toBe(false)
    expect(output).toContain('has no end')
    const pid = Number(/^at: (\d+)$/m.exec(output)?.[1])
    await vi.waitFor(() => expect(existsSync(`/proc/${pid}/exe`)).toBe(false))
  })

  it('is started by the words that it asks for, with its flags for Node', async () => {
    const rest = "flags: ['--expose-gc'], before: async () => ['env', 'ASKED=for'],"
    const { output } = await tried('return { [process.env.ASKED]: typeof gc }', rest)
    expect(output).toContain('function for')
  })

  it('makes its folders in its own, which goes with it', async () => {
    const run = `const { mkdtempSync } = await import('node:fs'), { tmpdir } = await import('node:os')
      given.at(mkdtempSync(tmpdir() + '/made-')); process.kill(process.pid, 'SIGKILL')
      await new Promise(() => setTimeout(() => 0, 9e6))`
    const [, made = ''] = /^at: (.+)$/m.exec((await tried(run)).output) ?? []
    expect(made).toContain(`/netfd-attack-${process.pid}-`)
    expect(existsSync(made)).toBe(false)
  })

  it('gets the same random numbers for the same seed', async () => {
    const run = 'return { n: given.random(), m: given.random() }'
    const first = (await tried(run)).output.match(/[\d.]+ n, [\d.]+ m/)?.[0]
    expect(first).toBeDefined()
    expect((await tried(run)).output.match(/[\d.]+ n, [\d.]+ m/)?.[0]).toBe(first)
  })
})

describe('a command that is killed', () => {
  it('takes the process of its part along, however busy that is', async () => {
    const body = part('given.at(String(process.pid)); for (;;);')
    const dir = fixture({ 'try.mjs': body })
    const lib = JSON.stringify(join(root, 'test/attack/lib/attack.mjs'))
    const run = `import { partsOf, runPart } from ${lib}
      const [found] = await partsOf(${JSON.stringify(dir)})
      await runPart(found, { seed: 7, seconds: 60, short: false })`
    const env = { ...process.env, TMPDIR: dir }
    const command = spawn(process.execPath, ['--input-type=module', '-e', run], { env })
    const pid = await vi.waitFor(() => {
      const folder = readdirSync(dir).find((name) => name.startsWith('netfd-attack-')) ?? ''
      const text = readFileSync(join(dir, folder, 'case'), 'utf8').trim()
      expect(text).toMatch(/^\d+$/)
      return Number(text)
    }, 10_000)
    command.kill('SIGKILL')
    await vi.waitFor(() => expect(existsSync(`/proc/${pid}/exe`)).toBe(false), 10_000)
  })
})

describe('the folders of commands', () => {
  it('that were killed are removed by the next one, and no others', () => {
    const place = fixture({})
    const gone = spawnSync('true').pid
    const [left, ours] = [gone, process.pid].map((pid) => {
      const folder = mkdtempSync(join(place, `netfd-attack-${pid}-`))
      mkdirSync(join(folder, 'place'))
      return folder
    })
    mkdirSync(join(place, `netfd-attack-notes-${gone}`))
    removeLeft(place)
    expect(left && existsSync(left)).toBe(false)
    expect(ours && existsSync(ours)).toBe(true)
    expect(readdirSync(place)).toHaveLength(2)
  })
})

describe('the parts of the project', () => {
  it('take ten minutes, and a minute in their short form', async () => {
    const all = await partsOf(join(root, 'test/attack'))
    const sum = (short: boolean) =>
      all.reduce((whole, each) => whole + shareOf(each, all, { short, alone: false }), 0)
    expect(sum(false)).toBeLessThanOrEqual(660)
    expect(sum(true)).toBeLessThanOrEqual(50)
  })
})
