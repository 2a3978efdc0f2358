// Shows a conversation over netfd, and what the kernel then says about its sockets.
//
//   npm start                  exit code 0 only if every line is what Go would have set
//   npm start -- --spoil       switches TCP_NODELAY off first, to show that the check is a real one
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { TCPConn, TCPListener } from '@netfd/net'
import { backend, dial, listen } from '@netfd/net'
import { cli } from './lib/cli.js'
import { paint } from './lib/colour.js'
import type { Role } from './lib/go-defaults.js'
import { compareWithGo } from './lib/go-defaults.js'
import { table } from './lib/table.js'

const help = `
demo [--spoil]   Has a conversation over TCP, and asks the kernel about the sockets.

  --spoil        switch TCP_NODELAY off on one socket first: the demo finds it and exits with 1`

const why = [
  ['O_NONBLOCK', 'no call holds up the event loop: epoll says when to try again'],
  ['O_CLOEXEC', 'child processes do not inherit the socket'],
  ['epoll', 'added once, edge-triggered; the kernel itself adds ERR and HUP'],
  ['TCP_NODELAY', 'small writes leave at once'],
  ['SO_KEEPALIVE', 'a silent peer is probed after 15 s, every 15 s, 9 times'],
  ['SO_REUSEADDR', 'a server that restarts gets its port back; not set by dial'],
]

const elsewhere = "netfd runs over Node's own sockets here; only Linux is asked about its own"

const say = (what: string, how: string) => console.log(`  ${what.padEnd(8)}${how}`)

/** No step of the demo may take longer. */
const inFiveSeconds = () => Date.now() + 5_000

/** Two ends of one connection talk; each says when it has no more to say. */
async function converse(client: TCPConn, server: TCPConn): Promise<void> {
  client.setDeadline(inFiveSeconds())
  server.setDeadline(inFiveSeconds())
  await client.write('hello, server')
  client.closeWrite()
  const question = await text(server)
  say('send', `the server reads "${question}" and then the end: half closed`)
  await server.write(question.toUpperCase())
  server.closeWrite()
  say('answer', `the client reads "${await text(client)}" over the other half`)
}

/** Our client end speaks HTTP with the server that comes with Node. */
async function askNode(conn: TCPConn): Promise<void> {
  conn.setDeadline(inFiveSeconds())
  await conn.write(`GET / HTTP/1.1\r\nHost: ${conn.remoteAddr}\r\nConnection: close\r\n\r\n`)
  const [head = '', body = ''] = (await text(conn)).split('\r\n\r\n')
  say('http', `"${head.split('\r\n')[0]}" and "${body}"`)
}

/** Prints what the kernel says about one socket, and answers the lines that are wrong. */
function inspect(title: string, role: Role, socket: TCPConn | TCPListener): string[] {
  const { fd, facts } = socket.syscallConn().control((fd) => ({
    fd,
    facts: compareWithGo(fd, role),
  }))
  console.log(`\n${paint.title(title)}, descriptor ${fd}`)
  for (const { name, kernel, go, ok } of facts) {
    const line = `${name.padEnd(14)}  ${kernel}`
    console.log(ok ? `  ${paint.good('✓')} ${line}` : paint.bad(`  ✗ ${line}, but Go has it ${go}`))
  }
  return facts.filter(({ ok }) => !ok).map(({ name }) => `${title}: ${name}`)
}

await cli(help, { spoil: { type: 'boolean' } }, 0, async ({ values }) => {
  console.log(paint.title('What happens'))
  await using listener = await listen('tcp', '127.0.0.1:0')
  say('listen', `${listener.addr}`)
  await using client = await dial('tcp', `${listener.addr}`)
  await using server = await listener.accept()
  say('dial', `${client.localAddr} -> ${client.remoteAddr}`)
  await converse(client, server)

  const http = createServer((_, response) => response.end('hello from node:http'))
  await once(http.listen(0, '127.0.0.1'), 'listening')
  const { port } = http.address() as AddressInfo
  await using toHttp = await dial('tcp', `127.0.0.1:${port}`)
  say('dial', `${toHttp.localAddr} -> ${toHttp.remoteAddr}, a plain Node http server`)
  await askNode(toHttp)
  http.close()

  if (backend === 'host') {
    console.log(`\n${paint.title('What was not shown')}\n  ${elsewhere}`)
    return
  }
  if (values.spoil) client.setNoDelay(false)
  const wrong = [
    ...inspect('Listening socket', 'listening', listener),
    ...inspect('Dialed socket', 'dialed', client),
    ...inspect('Accepted socket', 'accepted', server),
    ...inspect('Dialed socket (to Node)', 'dialed', toHttp),
  ]
  console.log(`\n${paint.title('Why')}\n${table(why)}\n`)
  if (wrong.length > 0) throw new Error(`not as Go has it: ${wrong.join('; ')}`)
  console.log(paint.good('Every line is what Go would have set.'))
})
