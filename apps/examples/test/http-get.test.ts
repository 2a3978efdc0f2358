import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { run } from './program.js'

const serve = async (answer: RequestListener): Promise<string> => {
  const server = createServer(answer)
  onTestFinished(async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Sends something again and again until the client has gone. */
const flood = (res: ServerResponse, first: string, more: string): void => {
  const { socket } = res
  socket?.on('error', () => undefined).write(first)
  const go = () => {
    while (socket?.write(more.repeat(20)) === true);
  }
  socket?.on('drain', go)
  go()
}

const page = 'a page of text\n'.repeat(5_000)

it.each<[string, RequestListener]>([
  ['of known length', (_, res) => res.setHeader('content-length', page.length).end(page)],
  [
    'in chunks, after an answer that is preliminary',
    (_, res) => {
      res.writeEarlyHints({ link: '</style.css>; rel=preload' })
      res.write(page.slice(0, 7))
      res.end(page.slice(7))
    },
  ],
  [
    'that ends with the connection',
    (_, res) => {
      res.socket?.end(`HTTP/1.1 200 OK\r\n\r\n${page}`)
    },
  ],
])('prints a body %s', async (_, answer) => {
  const { code, stdout, stderr } = await run('http-get', [`${await serve(answer)}/`])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout === page).toBe(true)
})

it('asks for the path and the query, and prints the headers with --include', async () => {
  const url = await serve((req, res) => res.setHeader('x-path', req.url ?? '').end('ok'))
  const { stdout } = await run('http-get', ['--include', `${url}/a/b?c=d`])
  expect(stdout).toMatch(/^HTTP\/1\.1 200 OK\n(\S+: .*\n)*x-path: \/a\/b\?c=d\n(\S+: .*\n)*\nok$/)
})

it.each<[string, RequestListener, RegExp]>([
  [
    'a status that is no success',
    (_, res) => res.writeHead(404).end(),
    /^HTTP\/1\.1 404 Not Found$/,
  ],
  [
    'a body that ends early',
    (_, res) => {
      res.socket?.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbody')
    },
    /^the body ends 5 bytes early$/,
  ],
  [
    'headers that do not end',
    (_, res) => flood(res, 'HTTP/1.1 200 OK\r\n', `X-Pad: ${'x'.repeat(1_000)}\r\n`),
    /^the headers are longer than 65536 bytes$/,
  ],
  [
    'preliminary answers that do not end',
    (_, res) => flood(res, '', 'HTTP/1.1 103 Early Hints\r\n\r\n'),
    /^the headers are longer than 65536 bytes$/,
  ],
  [
    'a header that does not end',
    (_, res) => flood(res, 'HTTP/1.1 200 OK\r\nX-Pad: ', 'x'.repeat(1_000)),
    /^a line of more than 16384 bytes$/,
  ],
  [
    'a length that cannot be counted',
    (_, res) => res.socket?.end(`HTTP/1.1 200 OK\r\nContent-Length: ${'9'.repeat(17)}\r\n\r\n`),
    /^too long to count: 100000000000000000 bytes$/,
  ],
  [
    'what is not HTTP',
    (_, res) => {
      res.socket?.end('220 mail ready\r\n')
    },
    /^no HTTP answer: 220 mail ready$/,
  ],
])('exits with 1 at %s', async (_, answer, message) => {
  const { code, stderr } = await run('http-get', [await serve(answer)])
  expect(code).toBe(1)
  expect(stderr.trim()).toMatch(message)
})

it.each(['https://localhost/', 'localhost:80', ''])('refuses the URL "%s"', async (url) => {
  expect((await run('http-get', [url])).code).toBe(2)
})
