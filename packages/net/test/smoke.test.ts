import { expect, it } from 'vitest'
import { dial, listen, Dialer, ListenConfig } from '../src/index.js'
it('echo', async () => {
  const ln = await listen('tcp', 'localhost:0')
  const c = await dial('tcp', ln.addr.toString())
  const s = await ln.accept()
  console.log(String(ln.addr), String(c.localAddr), String(c.remoteAddr), String(s.localAddr), String(s.remoteAddr), s.multipathTCP())
  await c.write('hello')
  const buf = new Uint8Array(100)
  expect(await s.read(buf)).toBe(5)
  c.closeWrite()
  expect(await s.read(buf)).toBe(null)
  await s.write('bye')
  expect(await c.read(buf)).toBe(3)
  s.setReadDeadline(Date.now() - 1)
  await expect(s.read(buf)).rejects.toMatchObject({ code: 'ETIMEDOUT', timeout: true })
  await s.close()
  await expect(s.read(buf)).rejects.toMatchObject({ code: 'ERR_NET_CLOSED' })
  expect(await c.read(buf)).toBe(null)
  await c.close(); await ln.close()
  const e = await dial('tcp', ln.addr.toString()).catch((e) => e)
  console.log(e.message, e.code, e.errno, e.syscall, e.address, e.port)
  const e2 = await new Dialer({timeout: -1}).dial('tcp', 'localhost:1').catch((e) => e)
  console.log(e2.message, e2.code, e2.cause)
})
it('big', async () => {
  const ln = await new ListenConfig({mptcp:false}).listen('tcp', ':0')
  const c = await dial('tcp', `localhost:${ln.addr.port}`)
  const s = await ln.accept()
  const N = 64 << 20
  const w = c.write(new Uint8Array(N)).then(() => c.close())
  let got = 0
  for await (const ch of s) got += ch.length
  expect(got).toBe(N)
  await w
  await s.close(); await ln.close()
})
