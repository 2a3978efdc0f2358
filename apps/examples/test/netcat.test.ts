import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { refusing, silent } from './ports.js'
import { run, runInTerminal, start } from './program.js'

const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'netfd-netcat-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

it('sends its input and prints the answer, the dial on standard error', async () => {
  const server = start('echo-server')
  const address = await server.address()
  const { code, stdout, stderr } = await run('netcat', [address], { input: 'ping\npong\n' })
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'ping\npong\n' })
  const [title, resolve, attempt, ...rest] = stderr.split('\n')
  expect(title).toMatch(new RegExp(`^dial tcp ${address}: [\\d.]+ ms$`))
  expect(resolve).toMatch(/^ {2}resolve +[█·]{24} {2}0 ms to [\d.]+ ms +127\.0\.0\.1$/)
  expect(attempt).toMatch(
    new RegExp(`^ {2}${address} +[█·]{24} {2}[\\d.]+ ms to [\\d.]+ ms +connected$`),
  )
  expect(rest).toEqual([''])
})

it('moves more than the buffers between hold', async () => {
  const server = start('echo-server')
  const input = '0123456789abcdef'.repeat(2 ** 19)
  const { code, stdout } = await run('netcat', [await server.address()], { input })
  expect(code).toBe(0)
  expect(stdout === input).toBe(true)
})

it('draws a refused and a winning attempt as text and as an SVG', async () => {
  const server = start('echo-server')
  const [, port] = (await server.address()).split(':')
  const svg = join(await folder(), 'dial.svg')
  // [::] stands for this machine in IPv6, where nobody listens, and then in IPv4.
  const { code, stderr } = await run('netcat', ['--svg', svg, `[::]:${port}`])
  expect(code).toBe(0)
  expect(stderr).toMatch(new RegExp(`  \\[::\\]:${port} .* ECONNREFUSED\n`))
  expect(stderr).toMatch(new RegExp(`  0\\.0\\.0\\.0:${port} .* connected\n`))
  const picture = await readFile(svg, 'utf8')
  expect(picture).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 360 \d+"/)
  expect(picture.match(/fill="var\(--(\w+)\)"/g)).toEqual(
    ['paper', 'rail', 'resolved', 'rail', 'failed', 'rail', 'connected'].map(
      (name) => `fill="var(--${name})"`,
    ),
  )
})

it('shows a dial that fails, and exits with 1', async () => {
  const address = refusing()
  const { code, stdout, stderr } = await run('netcat', [address])
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain('ECONNREFUSED\n')
  expect(stderr).toMatch(/dial tcp \S+ connect: connection refused\n$/)
})

it('gives up on an address that does not answer', async () => {
  const { code, stderr } = await run('netcat', ['--timeout', '50', await silent()])
  expect(code).toBe(1)
  expect(stderr).toMatch(
    / 127\.0\.0\.1:\d+ .* (ETIMEDOUT|ERR_DEADLINE_EXCEEDED)\ndial tcp \S+ i\/o timeout\n$/,
  )
})

it('shows that an address could not be read, and exits with 1', async () => {
  const { code, stderr } = await run('netcat', ['127.0.0.1'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^dial tcp 127\.0\.0\.1: .*\n {2}resolve .* ERR_ADDR\n/)
  expect(stderr).toMatch(/missing port in address\n$/)
})

it('paints the winner green on a terminal', async () => {
  const server = start('echo-server')
  const address = await server.address()
  const { stdout } = await runInTerminal('netcat', [address])
  expect(stdout).toContain(`\u001b[32m${address}`)
})
