// @ts-check
// Every entry of the addon, under AddressSanitizer and UBSan.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { buildSanitized, environment, SANITIZED } from '../../tools/sanitizers.mjs'
import { root, run } from '../../tools/step.mjs'
import { confined } from './lib/confined.mjs'
import { giving } from './lib/descriptors.mjs'
import { attackNative } from './lib/native-calls.mjs'

/** Whether one is built of these sources. */
const isBuilt = () => {
  if (!existsSync(SANITIZED)) return false
  const built = statSync(SANITIZED).mtimeMs
  const sources = `${root}packages/syscall/native`
  const names = readdirSync(sources).filter((name) => name !== 'build')
  return names.every((name) => statSync(`${sources}/${name}`).mtimeMs < built)
}

const before = async () => {
  if (!isBuilt()) {
    const { code, output } = await run('env', buildSanitized)
    if (code !== 0) throw new Error(output)
  }
  return ['env', ...environment(0), ...confined({ fileSize: 1 << 22 }), ...giving()]
}

/** @type {import('./lib/part.mjs').Part} */
export const part = {
  what: 'does the same as native, under AddressSanitizer and UBSan',
  seconds: 40,
  before,
  run: attackNative,
}
