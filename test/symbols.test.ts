// What the addon needs and exports, and the constants that are written down from it.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { parseList, problems } from '../packages/syscall/scripts/check-symbols.mjs'
import { generated } from '../packages/syscall/scripts/gen-constants.mjs'

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

describe('the constants of @netfd/syscall', () => {
  it('are those of the list in C++, with the numbers that the compiler finds', () => {
    const path = '../packages/syscall/native/build/Release/syscall.node'
    const addon = createRequire(import.meta.url)(path)
    const files = generated({ values: addon.constants(), errnos: addon.errnos() })
    expect(Object.keys(files)).toHaveLength(2)
    for (const [file, text] of Object.entries(files)) {
      const hint = 'stale: node packages/syscall/scripts/gen-constants.mjs'
      expect(readFileSync(file, 'utf8'), hint).toBe(text)
    }
  })
})
