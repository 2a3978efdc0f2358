import { expect, it } from 'vitest'
import { start } from './program.js'

it('says to all what one says, and who comes and goes', async () => {
  const room = start('chat-server')
  const address = await room.address()
  const ann = start('netcat', [address])
  ann.type('ann\n')
  await ann.until(/\* ann is here\n/)
  const bob = start('netcat', [address])
  bob.type('ann\nbob\n')
  await bob.until(/another one, please: /)
  await Promise.all([ann.until(/\* bob is here\n/), bob.until(/\* bob is here\n/)])
  ann.type('hello ')
  ann.type('bob\n')
  await Promise.all([ann.until(/ann: hello bob\n/), bob.until(/ann: hello bob\n/)])
  bob.type(null)
  await ann.until(/\* bob has left\n/)
  const { code, stdout, stderr } = await room.stop()
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const lines = ['* ann is here', '* bob is here', 'ann: hello bob', '* bob has left', 'stopped']
  expect(stdout.split('\n').slice(1, -1)).toEqual(lines)
})

it('shows somebody out whose line does not end', async () => {
  const room = start('chat-server')
  const client = start('netcat', [await room.address()])
  client.type(`eve\n${'x'.repeat(2000)}`)
  await room.until(/\* eve has left\n/)
  expect((await room.stop()).stderr).toBe('a line of more than 1024 bytes\n')
})
