// Requests without end, for a server that should have something to do.
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:http'
import { Dialer } from '@netfd/net'
import { httpAgent } from '@netfd/net/node'

/** Asks over and over, on connections that stay open, `n` requests at a time. */
export async function load(address: string, n: number, stop: AbortSignal): Promise<void> {
  const agent = httpAgent({ dialer: new Dialer({ timeout: 5_000 }) }, { keepAlive: true })
  const client = async () => {
    while (!stop.aborted) {
      const [response] = await once(get(`http://${address}/`, { agent }), 'response')
      await once((response as IncomingMessage).resume(), 'close')
    }
  }
  await Promise.all(Array.from({ length: n }, client))
    .catch((error: Error) => {
      if (!stop.aborted) console.error(`load: ${error.message}`)
    })
    .finally(() => agent.destroy())
}
