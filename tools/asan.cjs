// Preloaded by test-asan.mjs: wherever the addon is asked for, the one with the sanitizers is loaded.
'use strict'
const { join } = require('node:path')

const sanitized = join(__dirname, '..', 'packages', 'syscall', 'build-asan', 'syscall.node')
const dlopen = process.dlopen
process.dlopen = (module, path, ...rest) =>
  dlopen.call(
    process,
    module,
    path.endsWith('build/Release/syscall.node') ? sanitized : path,
    ...rest,
  )
