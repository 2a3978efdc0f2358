import { expect, it } from 'vitest'
import { start } from './program.js'

it('shows a line for each connection, with what the kernel counts', async () => {
  const top = start('conn-top', ['--load', '2', '--interval', '50'])
  const [, frame = ''] = await top.until(/\n(2 connections\npeer .*\n.*\n.*\n)2 connections/)
  const [, head, ...rows] = frame.trim().split('\n')
  expect(head).toMatch(/^peer +state +rtt +cwnd +in\/s +in +out +resent$/)
  for (const row of rows) {
    expect(row).toMatch(
      /^127\.0\.0\.1:\d+ +ESTABLISHED +[\d.]+ ms +\d+ +[\d.]+ \w+ +[\d.]+ \w+ +[\d.]+ \w+ +\d+$/,
    )
  }
  const { code, stdout, stderr } = await top.stop()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/stopped\n$/)
})

it('drops a connection that has ended from the table', async () => {
  const top = start('conn-top', ['--interval', '20'])
  const client = start('netcat', [await top.address()])
  await client.say('hello')
  await top.until(/\n1 connection\n/)
  client.type(null)
  await top.until(/\n1 connection\n[\s\S]*\n0 connections\n/)
  expect(await top.stop()).toMatchObject({ code: 0, stderr: '' })
})
