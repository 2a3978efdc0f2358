// Preloaded by test-arm64.mjs: whatever Node starts as another Node is the one for arm64, under qemu.
'use strict'
process.execPath = `${__dirname}/node-matrix/arm64/node`
