// @netfd/syscall from CommonJS, with the others installed beside it: it loads none of them.
'use strict'
const assert = require('node:assert/strict')
const { errnoName } = require('@netfd/syscall')

assert.equal(errnoName(-111), 'ECONNREFUSED')
const loaded = Object.keys(require.cache).filter((path) => path.includes('@netfd'))
assert.ok(loaded.length > 0)
assert.deepEqual(
  loaded.filter((path) => !path.includes('@netfd/syscall/')),
  [],
)
