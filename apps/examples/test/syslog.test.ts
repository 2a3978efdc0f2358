import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listenPacket } from '@netfd/net'
import { expect, it, onTestFinished } from 'vitest'
import { run, start } from './program.js'

/** A path of its own. */
function path(): string {
  const dir = mkdtempSync(join(tmpdir(), 'netfd-syslog-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  return join(dir, 'log')
}

it('writes a line to the log, as logger does', async () => {
  const socket = path()
  await using log = await listenPacket('unixgram', socket)
  const ended = run('syslog', ['--socket', socket, '--severity', 'warning', 'the disk is full'])
  const buf = new Uint8Array(256)
  const { n } = await log.readFrom(buf)
  expect(Buffer.from(buf.subarray(0, n)).toString()).toMatch(
    /^<12>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d netfd\[\d+\]: the disk is full$/,
  )
  expect(await ended).toEqual({ code: 0, stdout: '', stderr: '' })
})

it('says that there is no log, and what it does not know', async () => {
  const socket = path()
  expect(await run('syslog', ['--socket', socket, 'x'])).toEqual({
    code: 1,
    stdout: '',
    stderr: `dial unixgram ${socket}: connect: no such file or directory\n`,
  })
  const { code, stderr } = await run('syslog', ['--severity', 'bad', 'x'])
  expect(code).toBe(2)
  expect(stderr).toContain('there is no severity bad\n')
})

it('shows lines as they arrive with --demo, and who sent them', async () => {
  const demo = start('syslog', ['--demo'])
  await demo.until(/^a log at @[0-9a-f]{5}\n/)
  await demo.until(/^from process (\d+): <9>.* demo\[\1\]: line 2, which is alert\n/m)
  const { code, stdout, stderr } = await demo.stop()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/stopped, \d+ lines written\n$/)
})
