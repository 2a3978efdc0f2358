#!/usr/bin/env node
// Writes the TypeScript that follows from the C++, which has to be built: the types and the raw names of
// the addon's entries, and the constants.
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { isMain } from '../../../tools/packages.mjs'
import { native } from './compile.mjs'
import { callFiles } from './gen-calls.mjs'
import { constantFiles } from './gen-constants.mjs'

/** Every generated file, as it has to be.
 * @returns {Record<string, string>}
 */
export const generated = () => {
  const addon = createRequire(import.meta.url)(join(native, 'build', 'Release', 'syscall.node'))
  const told = { values: addon.constants(), errnos: addon.errnos() }
  return { ...callFiles(), ...constantFiles(told) }
}

if (isMain(import.meta.url)) {
  for (const [file, text] of Object.entries(generated())) writeFileSync(file, text)
}
