import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { fixture } from './fixture.js'
import { serve, serveNear } from './serve.mjs'

/** A request on a connection of its own: fetch would keep its one open for the next. */
const ask = async (port: number, path: string): Promise<IncomingMessage> => {
  const request = get({ host: '127.0.0.1', port, path, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return response
}

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
    const response = await ask(port, path)
    expect(await text(response)).toBe(body)
    expect([response.statusCode, response.headers['content-type'] ?? null]).toEqual([status, type])
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

it('takes another port when the one asked for is taken, and says so', async () => {
  const first = await serve(`${folder()}/site`, 0)
  const { port } = first.address() as AddressInfo
  const said: string[] = []
  const second = await serveNear(`${folder()}/site`, port, (text) => said.push(text))
  try {
    expect((second.address() as AddressInfo).port).not.toBe(port)
    expect(said).toEqual([`Port ${port} is taken by another program, so here is another port.`])
  } finally {
    first.close()
    second.close()
  }
})
