#!/usr/bin/env node
// The gate of the libc-neutral build: fails unless the addon needs no library, exports just the two
// names Node calls, uses only Node-API, libuv and the libc functions of libc-symbols.txt, and is hardened.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const EXPORTS = new Set(['napi_register_module_v1', 'node_api_module_get_api_version_v1'])

/** The names in `nm` output, without the version that a linker may have added.
 * @param {string} nm
 */
const names = (nm) =>
  nm
    .split('\n')
    .map((line) => line.trim().split(/\s+/).at(-1)?.replace(/@.*/, '') ?? '')
    .filter((name) => name !== '')

/** @param {string} text one name a line, `#` comments */
export const parseList = (text) =>
  new Set(
    text
      .split('\n')
      .map((line) => line.replace(/#.*/, '').trim())
      .filter((line) => line !== ''),
  )

/** Every reason why a binary is not libc-neutral, from what binutils print about it.
 * @param {{ undefinedSymbols: string, definedSymbols: string, dynamic: string }} seen
 * @param {Set<string>} allowed
 * @returns {string[]}
 */
export const problems = ({ undefinedSymbols, definedSymbols, dynamic }, allowed) => [
  ...names(undefinedSymbols)
    .filter((n) => !/^(napi|node_api|uv)_/.test(n) && !allowed.has(n))
    .map((n) => `uses ${n}, which is neither Node-API, libuv nor in libc-symbols.txt`),
  ...names(definedSymbols)
    .filter((n) => !EXPORTS.has(n))
    .map((n) => `exports ${n}; only ${[...EXPORTS].join(' and ')} should be visible`),
  ...(definedSymbols.includes('napi_register_module_v1')
    ? []
    : ['does not export napi_register_module_v1, so Node cannot load it']),
  ...(names(undefinedSymbols).includes('__stack_chk_fail')
    ? []
    : ['is compiled without the stack protector']),
  ...(dynamic.includes('BIND_NOW') ? [] : ['looks its functions up late, in a writable table']),
  ...[...dynamic.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map((m) => `needs the library ${m[1]}`),
]

/** @param {string} file the .node file
 * @returns {string[]}
 */
export const checkSymbols = (file) => {
  /** @param {string} tool @param {string[]} args */
  const run = (tool, args) => execFileSync(tool, [...args, file], { encoding: 'utf8' })
  const seen = {
    undefinedSymbols: run('nm', ['-D', '--undefined-only']),
    definedSymbols: run('nm', ['-D', '--defined-only']),
    dynamic: run('readelf', ['-d', '-W']),
  }
  return problems(
    seen,
    parseList(readFileSync(new URL('libc-symbols.txt', import.meta.url), 'utf8')),
  )
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const file = process.argv[2] ?? 'native/build/Release/syscall.node'
  const found = checkSymbols(file)
  for (const line of found) console.error(`${file}: ${line}`)
  if (found.length > 0) process.exit(1)
  console.log(`${file}: uses only known symbols`)
}
