#!/usr/bin/env node
// Compiles the addon into native/build/Release/syscall.node. ADDON_SANITIZE=asan builds it with
// AddressSanitizer and UBSan instead, into build-asan/, for `node tools/asan.mjs`.
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { checkSources, compile, fail, gate, native, root } from './compile.mjs'

checkSources()
const sanitize = process.env.ADDON_SANITIZE ?? 'none'
if (sanitize === 'none') {
  const built = compile(native)
  gate(built)
  console.log(`built ${built}`)
} else if (sanitize === 'asan') {
  const dir = join(root, 'build-asan')
  mkdirSync(dir, { recursive: true })
  const output = join(dir, 'syscall.node')
  copyFileSync(compile(join(dir, 'stage')), output)
  console.log(`built ${output} (sanitize: asan)`)
} else {
  fail(`ADDON_SANITIZE is asan or none, not ${sanitize}`)
}
