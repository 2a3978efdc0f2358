// What the addon needs and exports, and the TypeScript that is written down from it.
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseList, problems } from '../packages/syscall/scripts/check-symbols.mjs'
import {
  allEntries,
  entriesOf,
  nativeModule,
  rawModule,
} from '../packages/syscall/scripts/gen-calls.mjs'
import { generated } from '../packages/syscall/scripts/generate.mjs'
import { native } from '../packages/syscall/src/binding.js'
import { root } from '../tools/step.mjs'

const PROTECTED = '   U __stack_chk_fail\n'
const NOW = ' 0x1e (FLAGS) BIND_NOW\n'

const good = {
  undefinedSymbols: `${PROTECTED}   U napi_throw\n   U uv_poll_init\n   w uv_ref\n   U recv@GLIBC_2.2.5\n`,
  definedSymbols: '0010 T napi_register_module_v1\n0020 T node_api_module_get_api_version_v1\n',
  dynamic: `${NOW} 0x0e (SONAME) Library soname: [syscall.node]\n`,
}
const allowed = parseList('# sockets\nrecv # and its address\n\nsend\n__stack_chk_fail\n')

describe('parseList', () => {
  it('reads one name a line and ignores comments', () => {
    expect([...allowed]).toEqual(['recv', 'send', '__stack_chk_fail'])
  })
})

describe('problems', () => {
  it('accepts Node-API, libuv and the functions in the list', () => {
    expect(problems(good, allowed)).toEqual([])
  })

  it.each([
    ['a misspelt call', { undefinedSymbols: `${PROTECTED}   U recvv\n` }, 'uses recvv'],
    [
      'the C++ library',
      { undefinedSymbols: `${PROTECTED}   U _ZSt4cout@GLIBCXX_3.4\n` },
      'uses _ZSt4cout',
    ],
    [
      'a weak reference',
      { undefinedSymbols: `${PROTECTED}   w __gmon_start__\n` },
      'uses __gmon_start__',
    ],
    [
      'a symbol that leaks out',
      { definedSymbols: `${good.definedSymbols}0030 T malloc\n` },
      'exports malloc',
    ],
    ['no entry for Node', { definedSymbols: '' }, 'does not export napi_register_module_v1'],
    [
      'a library',
      { dynamic: `${NOW} 0x01 (NEEDED)  Shared library: [libc.so.6]\n` },
      'needs the library libc.so.6',
    ],
    ['a stack without guard', { undefinedSymbols: '   U recv\n' }, 'without the stack protector'],
    ['functions that are looked up late', { dynamic: '' }, 'looks its functions up late'],
  ])('refuses %s', (_, changed, expected) => {
    expect(problems({ ...good, ...changed }, allowed)).toEqual([expect.stringContaining(expected)])
  })
})

describe('the TypeScript that is written by machine', () => {
  const files = Object.entries(generated()).map(([file, text]) => [relative(root, file), text])

  it('is that of the calls and of the constants', () => {
    expect(files.map(([file]) => file).sort()).toEqual(
      ['constants', 'index', 'native', 'raw'].map((name) => `packages/syscall/src/${name}.ts`),
    )
  })

  it.each(files)('%s is what the C++ and its compiler say', (file, text) => {
    const hint = 'stale: npx turbo run build:native && node packages/syscall/scripts/generate.mjs'
    expect(readFileSync(join(root, file), 'utf8'), hint).toBe(text)
  })

  it('has a row for every entry that the addon exports', () => {
    const names = allEntries().map(({ name }) => name)
    expect(names.sort()).toEqual(Object.keys(native).sort())
  })

  it('says what each public call does', () => {
    const mute = allEntries().filter(({ open, doc }) => open && !/[.:]$/.test(doc.at(-1) ?? ''))
    expect(mute).toEqual([])
  })

  it('follows a row: its type, its comment, and whether it is public', () => {
    const entries = entriesOf(`
  // one(2): the first line
  // and the second.
  CALL(one, One<true>, (fd: number, f: (a: number, b: number) => void,
       much: readonly Uint8Array[], more?: Uint8Array): number);
  // Like one.
  CALL(two, Two, as one);

  // Of the package alone.
  OWN(three, Three, (): number);
`)
    expect(nativeModule(entries)).toContain(`{
  one(
    fd: number,
    f: (a: number, b: number) => void,
    much: readonly Uint8Array[],
    more?: Uint8Array,
  ): number
  readonly two: Native['one']
  /** Of the package alone. */
  three(): number
}`)
    expect(rawModule(entries)).toContain(`
/**
 * one(2): the first line
 * and the second.
 */
export const one = native.one

/** Like one. */
export const two = native.two
`)
    expect(rawModule(entries)).not.toContain('three')
  })
})
