// Preloaded by leakcheck.mjs: makes netfd watch through its helper thread on Node too, as it does on
// the runtimes that have no uv_poll.
'use strict'
Object.defineProperty(process, 'versions', { value: { ...process.versions, bun: '0.0.0' } })
