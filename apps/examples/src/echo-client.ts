// Dials an echo server, sends a text, and checks that the same comes back.
//
//   node dist/echo-client.js 127.0.0.1:7000 hello
import { text } from 'node:stream/consumers'
import { Dialer } from '@netfd/net'
import { cli, UsageError } from './lib/cli.js'
import { duration } from './lib/units.js'

const help = 'echo-client host:port [text]   Sends a text to an echo server and checks the answer.'

await cli(help, {}, 2, async ({ positionals: [address, message = 'hello'] }) => {
  if (address === undefined) throw new UsageError('which server?')
  const dialer = new Dialer({ timeout: 5_000 })
  await using conn = await dialer.dial('tcp', address)
  conn.setDeadline(Date.now() + 5_000)

  const start = performance.now()
  const send = async () => {
    await conn.write(message)
    conn.closeWrite()
  }
  // Both at once: a server that answers a long text while it still comes would otherwise wait for us
  // to read, and we for it.
  const [answer] = await Promise.all([text(conn), send()])
  if (answer !== message) throw new Error(`sent "${message}", got back "${answer}"`)
  console.log(`${answer}  ${duration(performance.now() - start)}`)
})
