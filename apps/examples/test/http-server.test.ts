import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, get } from 'node:http'
import { text } from 'node:stream/consumers'
import { dial } from '@netfd/net'
import { expect, it, onTestFinished } from 'vitest'
import type { Program } from './program.js'
import { start } from './program.js'

/** Asks over an agent's connection, and says what comes back. */
async function ask(address: string, path: string, agent: Agent): Promise<string> {
  const [response] = (await once(get(`http://${address}${path}`, { agent }), 'response')) as [
    IncomingMessage,
  ]
  const { statusCode, headers } = response
  return `${statusCode} ${headers.connection} ${await text(response)}`
}

/** Connections that stay open. */
function keeping(): Agent {
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  return agent
}

const underWay = async (server: Program, n: number): Promise<void> => {
  await server.until(new RegExp(`/s, ${n} under way`))
}

it('shows its connections, its rate and the round-trip time of the kernel', async () => {
  const server = start('http-server', ['--load', '3'])
  await server.until(
    /\n3 connections {2}▁*█ [\d,]+\/s, \d under way {2}rtt [\d.]+ ms {2}resent \d+\n/,
  )
  const { code, stdout, stderr } = await server.stop()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/\nstopped, \d+ requests answered, 0 cut off\n$/)
})

it('lets a request end that is under way at the stop, and idle connections go at once', async () => {
  const server = start('http-server', ['--grace', '600000'])
  const address = await server.address()
  const agent = keeping()
  expect(await ask(address, '/nothing', agent)).toBe('404 keep-alive not found\n')
  const idle = await dial('tcp', address)
  const answer = ask(address, '/wait/3000', agent)
  await underWay(server, 1)
  const stopped = server.stop('SIGTERM')
  await server.until(/\nstopping, 1 request under way\n/)
  expect(await idle.read(new Uint8Array(8))).toBe(null)
  await idle.close()
  expect(await answer).toBe('200 close hello\n')
  const { code, stdout, stderr } = await stopped
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/\nstopped, 2 requests answered, 0 cut off\n$/)
})

it('cuts a request off that does not end in time', async () => {
  const server = start('http-server', ['--grace', '20'])
  const answer = ask(await server.address(), '/wait/30000', keeping())
  const failed = answer.catch(({ code }) => code)
  await underWay(server, 1)
  const { code, stdout } = await server.stop()
  expect(code).toBe(0)
  expect(await failed).toBe('ECONNRESET')
  expect(stdout).toMatch(/\nstopped, 0 requests answered, 1 cut off\n$/)
})
