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

it('keeps everybody when one guest says very much at once', async () => {
  const room = start('chat-server')
  const address = await room.address()
  const members = await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      const conn = await dial('tcp', address)
      onTestFinished(() => conn.close())
      await conn.write(`member${i}\n`)
      return conn
    }),
  )
  await room.until(/(is here[\s\S]*){20}/)
  const guest = await dial('tcp', address)
  onTestFinished(() => guest.close())
  await guest.write(`guest\n${'x\n'.repeat(1_000)}the end\n`)
  for (const member of members) {
    let heard = ''
    for await (const piece of member) {
      heard += Buffer.from(piece).toString()
      if (heard.includes('guest: the end\n')) break
    }
    expect(heard.match(/guest: x\n/g)).toHaveLength(1_000)
  }
  expect((await room.stop()).stderr).toBe('')
})

it('takes no name that is longer than 32 letters', async () => {
  const room = start('chat-server')
  const client = start('netcat', [await room.address()])
  client.type(`${'n'.repeat(33)}\n`)
  await client.until(/another one, please: /)
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
