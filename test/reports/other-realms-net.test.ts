// Bytes, text and errors of another realm, as a program under jest or in node:vm has them.
import { runInNewContext } from 'node:vm'
import { bind, close, encodeSockaddr, getsockname, SOCK_STREAM, socket } from '@netfd/syscall'
import { describe, expect, it } from 'vitest'
import { errorOf, pair, text } from '../../packages/net/test/support.js'

/** What a text gives in a realm of its own. */
const elsewhere = <T>(source: string): T => runInNewContext(source) as T

const hello = () => elsewhere<Uint8Array>("Uint8Array.from('hello', (c) => c.charCodeAt(0))")

describe('bytes of another realm', () => {
  it('are written and read into', async () => {
    const [client, server] = await pair()
    expect(hello()).not.toBeInstanceOf(Uint8Array)
    expect(await client.write(hello())).toBe(5)
    expect(await client.writev([hello(), hello()])).toBe(10)
    const buf = elsewhere<Uint8Array>('new Uint8Array(10)')
    expect(await server.readFull(buf)).toBe(10)
    expect(text(buf)).toBe('hellohello')
    expect(await server.read(buf)).toBe(5)
  })

  it('are written by a program whose own Uint8Array is another one, and so is text', async () => {
    const [client, server] = await pair()
    const before = globalThis.Uint8Array
    // What jest with jsdom gives its modules: Buffer is of the outer realm.
    globalThis.Uint8Array = elsewhere('Uint8Array')
    try {
      expect(await client.write('text')).toBe(4)
      expect(await client.write(Buffer.from('and bytes'))).toBe(9)
    } finally {
      globalThis.Uint8Array = before
    }
    const buf = new Uint8Array(13)
    await server.readFull(buf)
    expect(text(buf)).toBe('textand bytes')
  })

  it('are an address of bind', () => {
    const number = socket(2, SOCK_STREAM)
    const address = encodeSockaddr({ family: 'inet4', addr: '127.0.0.1', port: 0 })
    try {
      bind(
        number,
        elsewhere<(list: number[]) => Uint8Array>('(l) => Uint8Array.from(l)')([...address]),
      )
      expect(getsockname(number)).toHaveLength(16)
    } finally {
      close(number)
    }
  })
})

describe('a mistake of another realm', () => {
  it.each(['TypeError', 'RangeError'])('that is a %s is not wrapped', async (name) => {
    const [client] = await pair()
    const mistake = elsewhere<Error>(`new ${name}('wrong')`)
    const reading = client.syscallConn().read(() => {
      throw mistake
    })
    expect(await errorOf(reading)).toBe(mistake)
  })
})
