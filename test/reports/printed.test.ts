// What console.log shows of the objects a program holds, open and closed, and that asking never throws.
import { inspect } from 'node:util'
import type { RawConn } from '@netfd/net'
import { Dialer, ListenConfig, pipe, TCPAddr } from '@netfd/net'
import { FD } from '@netfd/poll'
import { O_CLOEXEC, O_NONBLOCK, pipe2 } from '@netfd/syscall'
import { expect, it } from 'vitest'
import { listening, pair } from '../../packages/net/test/support.js'

it('a connection prints its ends, and whether it is open', async () => {
  const [client] = await pair()
  const raw: RawConn = client.syscallConn()
  const ends = `${client.localAddr} -> ${client.remoteAddr}`
  expect(inspect(client)).toBe(`TCPConn { ${ends}, open }`)
  expect(inspect({ conn: [client] })).toBe(`{ conn: [ TCPConn { ${ends}, open } ] }`)
  expect(inspect(raw)).toBe(`RawConn { ${ends}, open }`)
  await client.close()
  expect(inspect(client)).toBe(`TCPConn { ${ends}, closed }`)
  expect(inspect(raw)).toBe(`RawConn { ${ends}, closed }`)
})

it('a listener prints its address', async () => {
  const listener = await listening()
  expect(inspect(listener)).toBe(`TCPListener { ${listener.addr}, open }`)
  expect(inspect(listener.syscallConn())).toBe(`RawConn { ${listener.addr}, open }`)
  await listener.close()
  expect(inspect(listener)).toBe(`TCPListener { ${listener.addr}, closed }`)
})

it('a raw connection prints before its socket has an address', async () => {
  const printed: string[] = []
  await listening('tcp', '127.0.0.1:0', {
    control: (_network, _address, raw) => void printed.push(inspect(raw)),
  })
  expect(printed).toEqual(['RawConn { ?, open }'])
})

it('the ends of a pipe, an address, a Dialer and a ListenConfig print what they are', async () => {
  const [a, b] = pipe()
  expect(inspect(a)).toMatch(/^Conn \{ .+, open \}$/)
  await Promise.all([a.close(), b.close()])
  expect(inspect(a)).toMatch(/^Conn \{ .+, closed \}$/)
  expect(inspect(new TCPAddr('::1', 80))).toBe('TCPAddr { [::1]:80 }')
  expect(inspect(new Dialer({ timeout: 5_000 }))).toBe('Dialer { timeout: 5000 }')
  expect(inspect(new ListenConfig({ reusePort: true }))).toBe('ListenConfig { reusePort: true }')
})

it('a descriptor prints its number and kind', async () => {
  const [r, w] = pipe2(O_NONBLOCK | O_CLOEXEC).map((number) => new FD(number)) as [FD, FD]
  expect(inspect(r)).toBe(`FD { ${r.sysfd}, no socket, open }`)
  await Promise.all([r.close(), w.close()])
  expect(inspect(r)).toBe('FD { no socket, closed }')
})
