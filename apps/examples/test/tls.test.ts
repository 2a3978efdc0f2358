import { expect, it } from 'vitest'
import { run, start } from './program.js'

it('says what both sides agreed on, and notices a server that gets no packet any more', async () => {
  const { code, stdout, stderr } = await run('tls', ['--seconds', '1', '--user-timeout', '500'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const terms = 'TLSv1\\.3, TLS_\\w+, ALPN echo; the peer is localhost, until \\w+ .* GMT\n'
  expect(stdout).toMatch(new RegExp(`^client {2}${terms}`, 'm'))
  expect(stdout).toMatch(new RegExp(`^server {2}${terms}`, 'm'))
  expect(stdout).toMatch(/^▁*█ [\d,]+\/s, 1 in [\d.]+ ms\n/m)
  expect(stdout).toMatch(/ replies in .*; 1 at a time took\n {2}< /)
  const [, end = ''] = stdout.split('The server is cut off: it gets no packet any more.\n')
  expect(end).toMatch(/^█*░* +[\d.]+ m?s {2}1 segment on the way, sent again: \d+\n/)
  expect(end).toMatch(/\nclient {2}ETIMEDOUT after [\d.]+ m?s; without it: some 15 minutes\n$/)
})

it.each([
  ['while they talk', '60', /\/s, 1 in/],
  ['while the client waits', '1', /1 segment on the way/],
])('ends at a stop %s', async (_, seconds, sign) => {
  const program = start('tls', ['--seconds', seconds, '--user-timeout', '60000'])
  await program.until(sign)
  const { code, stdout, stderr } = await program.stop()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).not.toContain('ETIMEDOUT')
})
