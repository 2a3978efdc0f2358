import { setTimeout as sleep } from 'node:timers/promises'
import type { UDPConn } from '@netfd/net'
import { dial, listenPacket, PacketBatch } from '@netfd/net'
import { expect, it } from 'vitest'
import { start } from './program.js'

const packets = (text: string, n: number): Buffer[] =>
  Array.from({ length: n }, (_, i) => Buffer.from(`${text} ${i}`))

/** Reads so many packets, as texts. */
async function texts(conn: UDPConn, n: number): Promise<string[]> {
  const batch = new PacketBatch()
  const read: string[] = []
  while (read.length < n) {
    await conn.readBatch(batch)
    for (const { data } of batch) read.push(Buffer.from(data).toString())
  }
  return read
}

/** Sends back so many packets. */
async function echo(conn: UDPConn, n: number): Promise<void> {
  const batch = new PacketBatch()
  for (let seen = 0; seen < n; seen += batch.length) {
    await conn.readBatch(batch)
    await conn.writeBatch(batch)
  }
}

it('passes packets on both ways, each to the client that it is for, and shows how many', async () => {
  await using target = await listenPacket('udp', '127.0.0.1:0')
  const relay = start('udp-relay', ['127.0.0.1:0', `${target.localAddr}`])
  const address = await relay.address()
  await using one = await dial('udp', address)
  await using two = await dial('udp', address)
  const echoing = echo(target, 60)
  await one.writeBatch(packets('one', 30))
  await two.writeBatch(packets('two', 30))
  expect(await texts(one, 30)).toEqual(packets('one', 30).map(String))
  expect(await texts(two, 30)).toEqual(packets('two', 30).map(String))
  await echoing
  await relay.until(/^2 clients {2}\d+ packets\/s {2}[\d.]+ a batch {2}120 in all {2}0 lost$/m)
  const { code, stdout, stderr } = await relay.stop()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/passed on 120 packets\n$/)
})

it('loses a packet that is too long for it, and not the ones beside it', async () => {
  await using target = await listenPacket('udp', '127.0.0.1:0')
  const relay = start('udp-relay', ['127.0.0.1:0', `${target.localAddr}`])
  await using client = await dial('udp', await relay.address())
  await client.writeBatch([Buffer.from('before'), Buffer.alloc(3_000), Buffer.from('behind')])
  expect(await texts(target, 2)).toEqual(['before', 'behind'])
  await relay.until(/^1 client .* 2 in all {2}1 lost$/m)
  expect(await relay.stop()).toMatchObject({ code: 0, stderr: '' })
})

it('goes on when the target was not there and comes', async () => {
  const gone = await listenPacket('udp', '127.0.0.1:0')
  const address = `${gone.localAddr}`
  await gone.close()
  const relay = start('udp-relay', ['127.0.0.1:0', address])
  await using client = await dial('udp', await relay.address())
  await client.write('to nobody')
  await relay.until(/^1 client /m)
  await using target = await listenPacket('udp', address)
  const came = texts(target, 1)
  // The refusal may yet fail one write of the relay's.
  for (let over = false; !over; ) {
    await client.write('to somebody')
    over = await Promise.race([came.then(() => true), sleep(20, false)])
  }
  expect((await came)[0]).toBe('to somebody')
  expect(await relay.stop()).toMatchObject({ code: 0, stderr: '' })
})

it('shows packets of its own with --demo', async () => {
  const relay = start('udp-relay', ['--demo'])
  await relay.until(
    /^1 client {2}[1-9]\d* packets\/s {2}[\d.]+ a batch {2}\d+ in all {2}\d+ lost$/m,
  )
  const { code, stdout, stderr } = await relay.stop()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/passed on \d+ packets\n$/)
})

it('says that its port is in use, and exits with 1', async () => {
  await using other = await listenPacket('udp', '127.0.0.1:0')
  const address = `${other.localAddr}`
  const { code, stdout, stderr } = await start('udp-relay', [address, '127.0.0.1:1']).ended
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toBe(`listen udp ${address}: bind: address already in use\n`)
})
