import { dial } from '@netfd/net'
import { expect, it, onTestFinished } from 'vitest'
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

it('cuts off somebody who does not read, while the others go on', async () => {
  const room = start('chat-server')
  const address = await room.address()
  const ann = start('netcat', [address])
  ann.type('ann\n')
  await ann.until(/\* ann is here\n/)
  const slow = await dial('tcp', address)
  onTestFinished(() => slow.close())
  slow.setReadBuffer(1024)
  await slow.write('slow\n')
  await ann.until(/\* slow is here\n/)
  // So few lines at a time that ann, who reads them all, is never far behind. What the kernel takes on
  // behalf of somebody who does not read is bounded.
  const words = `${'w'.repeat(1000)}\n`.repeat(50)
  for (let i = 0; ; i++) {
    ann.type(`${words}end ${i}\n`)
    const [, left] = await ann.until(new RegExp(`(slow has left\n)|ann: end ${i}\n`))
    if (left !== undefined) break
  }
  ann.type('still here\n')
  await ann.until(/ann: still here\n/)
  expect((await room.stop()).code).toBe(0)
})
