// How a program is run with the addon that AddressSanitizer and UBSan watch over.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { root, step } from './step.mjs'

const preload = fileURLToPath(new URL('asan.cjs', import.meta.url))

/** Compiles that addon, beside the ordinary one. */
export const buildAsan = () =>
  step('compile the addon with ASan and UBSan', 'env', [
    'ADDON_SANITIZE=asan',
    process.execPath,
    `${root}packages/syscall/scripts/build-native.mjs`,
  ])

/** The environment for a program, as words for env(1). Only the program gets it: not npm, nor turbo.
 * @param {{ leaks: boolean }} options leaks: whether to look for them when the program ends
 */
export const asanEnv = ({ leaks }) => {
  // Node itself is not built with the sanitizer, so its runtime has to be there before all else.
  const runtime = execFileSync('g++', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).trim()
  return [
    `LD_PRELOAD=${runtime}`,
    `ASAN_OPTIONS=detect_leaks=${leaks ? 1 : 0}:abort_on_error=0:exitcode=99`,
    'UBSAN_OPTIONS=print_stacktrace=1',
    `NODE_OPTIONS=--require=${preload}`,
  ]
}
