import { dial, listen, listenPacket } from '@netfd/net'
import { describe, expect, it } from 'vitest'
import { installed } from '../../../test/servers/installed.js'
import { Program, start } from './program.js'

/** Two answers that fit into one packet of 512 bytes, and one that does not. */
const long = Array.from({ length: 4 }, (_, i) => `${i}`.repeat(200))
const records = [
  '--address=/name.test/192.0.2.7',
  `--txt-record=long.test,${long.join(',')}`,
  '--txt-record=short.test,short',
]

/** A port where nothing listens, over TCP, whose connections have many of them, or UDP. */
async function freePort(): Promise<number> {
  await using listener = await listen('tcp', '127.0.0.1:0')
  await using conn = await listenPacket('udp', `${listener.addr}`)
  return conn.localAddr.port
}

/** A server of Debian's that is ready; its address. */
async function dnsmasq(): Promise<string> {
  const port = await freePort()
  const where = ['--port', `${port}`, '--listen-address=127.0.0.1', '--bind-interfaces']
  const alone = ['--no-resolv', '--no-hosts', '--conf-file=/dev/null', '--user=root', '--pid-file=']
  const args = ['-k', '--log-facility=-', ...where, ...alone, ...records]
  // It logs on standard error.
  const server = new Program('sh', ['-c', 'exec dnsmasq "$@" 2>&1', 'sh', ...args])
  await server.until(/started, version/)
  return `127.0.0.1:${port}`
}

/** What dig prints of a question to a server. */
async function dig(server: string, ...question: string[]): Promise<string> {
  const [host = '', port = ''] = server.split(':')
  const { stdout } = await new Program('dig', [`@${host}`, '-p', port, ...question]).ended
  return stdout
}

describe.skipIf(!installed('dig') || !installed('dnsmasq'))('between dig and dnsmasq', () => {
  it('passes answers on, and counts', async () => {
    const forwarder = start('dns-forwarder', ['127.0.0.1:0', await dnsmasq()])
    const address = await forwarder.address()
    expect(await dig(address, 'name.test', 'A', '+short')).toBe('192.0.2.7\n')
    expect(await dig(address, 'short.test', 'TXT', '+short')).toBe('"short"\n')
    await forwarder.until(/^2 asked {2}0 cut {2}0 failed {2}0 over TCP$/m)
    expect(await forwarder.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  it('passes an answer on that was cut, and the question over TCP that follows', async () => {
    const forwarder = start('dns-forwarder', ['127.0.0.1:0', await dnsmasq()])
    const address = await forwarder.address()
    const question = ['long.test', 'TXT', '+noedns']
    const cut = await dig(address, ...question, '+ignore')
    expect(cut).toMatch(/flags: qr aa tc/)
    const whole = await dig(address, ...question, '+short')
    expect(whole).toBe(`${long.map((text) => `"${text}"`).join(' ')}\n`)
    await forwarder.until(/^2 asked {2}2 cut {2}0 failed {2}1 over TCP$/m)
    expect(await forwarder.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  it('says of a server that is not there that it failed', async () => {
    const forwarder = start('dns-forwarder', ['127.0.0.1:0', `127.0.0.1:${await freePort()}`])
    expect(await dig(await forwarder.address(), 'name.test')).toMatch(/status: SERVFAIL/)
    await forwarder.until(/^1 asked {2}0 cut {2}1 failed {2}0 over TCP$/m)
    expect(await forwarder.stop()).toMatchObject({ code: 0, stderr: '' })
  })
})

it('asks again when a question is lost, and takes no answer that is to another', async () => {
  await using server = await listenPacket('udp', '127.0.0.1:0')
  const forwarder = start('dns-forwarder', ['127.0.0.1:0', `${server.localAddr}`])
  await using client = await dial('udp', await forwarder.address())
  const question = Buffer.from('123400000001000000000000', 'hex')
  await client.write(question)
  const buf = Buffer.alloc(512)
  await server.readFrom(buf)
  const { n, addr } = await server.readFrom(buf)
  expect(buf.subarray(0, n)).toEqual(question)
  const [other, answer] = ['123580', '123480'].map((start) =>
    Buffer.from(`${start}${'0'.repeat(18)}`, 'hex'),
  )
  await server.writeTo(other as Buffer, addr)
  await server.writeTo(answer as Buffer, addr)
  expect(buf.subarray(0, await client.read(buf))).toEqual(answer)
  expect(await forwarder.stop()).toMatchObject({ code: 0, stderr: '' })
})

it('passes on neither an answer nor what is too short, and stops with questions under way', async () => {
  await using server = await listenPacket('udp', '127.0.0.1:0')
  const forwarder = start('dns-forwarder', ['127.0.0.1:0', `${server.localAddr}`])
  await using client = await dial('udp', await forwarder.address())
  const question = Buffer.alloc(12)
  const answer = Buffer.from(question).fill(0x80, 2, 3)
  for (const packet of [answer, question.subarray(0, 11), question]) await client.write(packet)
  const buf = Buffer.alloc(512)
  const { n } = await server.readFrom(buf)
  expect(buf.subarray(0, n)).toEqual(question)
  expect(await forwarder.stop()).toMatchObject({ code: 0, stderr: '' })
})
