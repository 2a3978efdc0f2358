import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { UnixgramConn } from '@netfd/net'
import { listenPacket } from '@netfd/net'
import { expect, it, onTestFinished } from 'vitest'
import { Syslog } from './syslog.js'

async function next(log: UnixgramConn): Promise<string> {
  const buf = new Uint8Array(256)
  const { n } = await log.readFrom(buf)
  return Buffer.from(buf.subarray(0, n)).toString()
}

it('a log that was restarted is found again', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'netfd-syslog-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const path = join(dir, 'log')
  await using syslog = new Syslog('test', path)
  await expect(syslog.log('info', 'too early')).rejects.toMatchObject({ code: 'ENOENT' })
  const log = await listenPacket('unixgram', path)
  await syslog.log('info', 'one')
  expect(await next(log)).toMatch(/^<14>.* test\[\d+\]: one$/)
  await log.close()
  await using again = await listenPacket('unixgram', path, { unlinkStale: true })
  await syslog.log('err', 'two')
  expect(await next(again)).toMatch(/^<11>.* test\[\d+\]: two$/)
})
