import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { fixture } from './fixture.js'
import { serve } from './serve.mjs'

const folder = () =>
  fixture({ 'site/index.html': 'start', 'site/a.css': 'p {}', 'secret.txt': 'no' })

it.each([
  ['/', 200, 'text/html; charset=utf-8', 'start'],
  ['/index.html?x=1', 200, 'text/html; charset=utf-8', 'start'],
  ['/a.css', 200, 'text/css; charset=utf-8', 'p {}'],
  ['/none.html', 404, null, 'not found'],
  ['/%2e%2e%2fsecret.txt', 404, null, 'not found'],
  ['/%ff', 404, null, 'not found'],
])('serves %s with status %i', async (path, status, type, body) => {
  const server = await serve(`${folder()}/site`, 0)
  try {
    const { address, port } = server.address() as AddressInfo
    expect(address).toBe('127.0.0.1')
    const response = await fetch(`http://127.0.0.1:${port}${path}`)
    expect(await response.text()).toBe(body)
    expect([response.status, response.headers.get('content-type')]).toEqual([status, type])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
