// Loaded before each sample: an assertion that does not hold ends it, and is not only printed.
import assert from 'node:assert/strict'

console.assert = (condition, ...message) => assert.ok(condition, message.join(' ') || undefined)
