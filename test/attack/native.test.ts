// The attack on the addon finds what it is there to find: one entry at a time is replaced by one with a fault.
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { environment, preload } from '../../tools/sanitizers.mjs'
import { root } from '../../tools/step.mjs'
import { partsOf, runPart } from './lib/attack.mjs'
import { compiled } from './lib/compile.mjs'

let printed: string[] = []

beforeEach(() => {
  printed = []
  vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text))
})
afterEach(() => void vi.restoreAllMocks())

/** Of the addon that is loaded, `entry` is the one called `fault` in native/planted.c. */
const planted = (entry: string, fault: string, addon: string): string =>
  preload(`const dlopen = process.dlopen
process.dlopen = (module, path, ...rest) => {
  dlopen.call(process, module, path, ...rest)
  if (!path.endsWith('syscall.node')) return
  const planted = { exports: {} }
  dlopen.call(process, planted, ${JSON.stringify(addon)})
  module.exports = { ...module.exports, ${entry}: planted.exports.${fault} }
}`)

/** Attacks for as long as it takes, which is far less; answers what is printed of the fault, or of none. */
const attacked = async (entry: string, fault: string, addon: string, words: readonly string[]) => {
  const part = (await partsOf(join(root, 'test/attack'))).find(({ name }) => name === 'native')
  if (part === undefined) throw new Error('there is no such part')
  const before = async () => [...words, ...((await part.before?.()) ?? [])]
  const flags = ['--import', planted(entry, fault, addon)]
  const share = { seed: 7, seconds: 60, short: false }
  const held = await runPart({ ...part, before, flags }, share)
  return { held, output: printed.join('\n') }
}

const SHARED = ['-shared', '-fPIC']

describe('the attack on the addon', () => {
  it.each([
    ['a getter that detaches what was looked at kills', 'writev', 'detached', /SIGSEGV/],
    ['a string comes where a number is due', 'getpeername', 'wrong', /answered eleven/],
  ])('fails with the entry’s name where %s', async (_, entry, fault, said) => {
    const { held, output } = await attacked(entry, fault, compiled('planted', SHARED), [])
    expect(held).toBe(false)
    expect(output).toMatch(said)
    expect(output).toMatch(new RegExp(`^at: \\d+\\.\\d+ ${entry}\\(`, 'm'))
  })

  it('fails with the entry’s name where AddressSanitizer sees a byte too many', async () => {
    const addon = compiled('planted', [...SHARED, '-g', '-fsanitize=address'], 'planted-asan')
    // The addon itself is not built with it here: the part that has it so is native-asan.
    const words = ['env', ...environment(0).filter((word) => !word.startsWith('NODE_OPTIONS'))]
    const { held, output } = await attacked('read', 'unchecked', addon, words)
    expect(held).toBe(false)
    expect(output).toContain('heap-buffer-overflow')
    expect(output).toMatch(/^at: \d+\.\d+ read\(/m)
  })
})
