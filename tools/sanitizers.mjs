// What a program needs to run with the addon under AddressSanitizer and UBSan.
import { execFileSync } from 'node:child_process'
import { root } from './step.mjs'

export const preload = (/** @type {string} */ code) =>
  `data:text/javascript,${encodeURIComponent(code)}`

/** Where it is built. */
export const SANITIZED = `${root}packages/syscall/build-asan/syscall.node`

/** Wherever the addon is asked for, the one with the sanitizers is loaded. */
const INSTEAD = preload(`const dlopen = process.dlopen
const path = ${JSON.stringify(SANITIZED)}
process.dlopen = (module, asked, ...rest) =>
  dlopen.call(process, module, asked.endsWith('build/Release/syscall.node') ? path : asked, ...rest)`)

/** What compiles it, as words for env(1). */
export const buildSanitized = [
  'ADDON_SANITIZE=asan',
  process.execPath,
  `${root}packages/syscall/scripts/build-native.mjs`,
]

/** The environment for a program, as words for env(1). Only the program gets it: not npm, nor turbo.
 * @param {number} leaks 1: looks for them when the program ends
 */
export const environment = (leaks) => {
  // Node itself is not built with the sanitizer, so its runtime has to be there before all else.
  const runtime = execFileSync('g++', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim()
  return [
    `LD_PRELOAD=${runtime}`,
    `ASAN_OPTIONS=detect_leaks=${leaks}:abort_on_error=0:exitcode=99`,
    'UBSAN_OPTIONS=print_stacktrace=1',
    `NODE_OPTIONS=--import=${INSTEAD}`,
  ]
}
