// What every server among the examples has to stand.
import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { Program, start } from './program.js'

const servers = [
  'chat-server',
  'conn-top',
  'echo-server',
  'graceful-stop',
  'http-server',
  'multi-core',
  'tls',
]
const all: [string, string[]][] = [
  ...[...servers, 'pass-descriptor'].map((name): [string, string[]] => [name, []]),
  ['tcp-proxy', ['127.0.0.1:1']],
]

it.each(all)('%s says that its port is in use, and exits with 1', async (name, more) => {
  const other = start('echo-server')
  const address = await other.address()
  const { code, stdout, stderr } = await start(name, [address, ...more]).ended
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toBe(`listen tcp ${address}: bind: address already in use\n`)
})

/** At Ctrl-C pass-descriptor gives a client that is idle a minute, and tls answers none without TLS. */
const many = all.filter(([name]) => name !== 'pass-descriptor' && name !== 'tls')

it.each(many)(
  '%s has any number of connections on its one signal, and stops without a word about them',
  async (name, more) => {
    const target = start('echo-server')
    const args = more.length === 0 ? [] : [await target.address()]
    const server = start(name, name === 'tcp-proxy' ? ['127.0.0.1:0', ...args] : [])
    const [, port = ''] = (await server.address()).split(':')
    const sockets = Array.from({ length: 30 }, (_, i) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(`client ${i}\n`))
      return socket.on('error', () => undefined)
    })
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
    })
    await Promise.all(sockets.map((socket) => once(socket, 'data')))
    const { code, stderr } = await server.stop()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    await target.stop()
  },
)

it('echo-server stops although a client takes nothing of what it is sent', async () => {
  const server = start('echo-server')
  const [, port = ''] = (await server.address()).split(':')
  // Sends without end, and never reads.
  const flood = `const s = require('node:net').connect(${port}, '127.0.0.1')
    s.on('error', () => process.exit())
    const fill = () => { while (s.write(Buffer.alloc(65536))); console.log('full') }
    s.on('connect', fill).on('drain', fill)`
  const client = new Program(process.execPath, ['-e', flood])
  await client.until(/full/)
  const { code, stdout } = await server.stop()
  expect(code).toBe(0)
  expect(stdout).toMatch(/stopped\n$/)
})

it('conn-top ends without a word when its reader has seen enough', async () => {
  const path = new URL('../dist/conn-top.js', import.meta.url).pathname
  const command = `"${process.execPath}" "${path}" --load 2 --interval 20 | head -2`
  const { code, stderr } = await new Program('bash', [
    '--norc',
    '-c',
    `set -o pipefail; ${command}`,
  ]).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

it('multi-core ends when one of its threads cannot begin', async () => {
  const path = new URL('../dist/multi-core.js', import.meta.url).pathname
  const command = `ulimit -n 45; exec "${process.execPath}" "${path}" --threads 16`
  const { code, stdout, stderr } = await new Program('bash', ['--norc', '-c', command]).ended
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).not.toBe('')
})
