// What a Duplex tells, in which order: held against a socket of Node in the same situation.
import { describe, expect, it } from 'vitest'
import { readAll, text } from '../support.js'
import type { Ends, Kind } from './streams.js'
import { ends, event, told } from './streams.js'

interface Situation {
  readonly title: string
  readonly allowHalfOpen?: boolean
  /** What happens to the two ends; the stream is closed afterwards. */
  readonly happens: (ends: Ends, abort: AbortController) => Promise<void> | void
  readonly tells: readonly string[]
}

const drain = async ({ peer }: Ends): Promise<string> => text(await readAll(peer))

const SITUATIONS: readonly Situation[] = [
  {
    title: 'the peer ends its side',
    happens: async ({ stream, peer }) => {
      stream.resume()
      await peer.write('hello')
      peer.closeWrite()
    },
    tells: ['end', 'finish', 'close false'],
  },
  {
    title: 'the peer ends its side, and nothing is read',
    happens: ({ peer }) => peer.closeWrite(),
    tells: ['end', 'finish', 'close false'],
  },
  {
    title: 'the peer ends its side of a half-open stream, which goes on writing',
    allowHalfOpen: true,
    happens: async (both) => {
      both.peer.closeWrite()
      both.stream.resume()
      await event(both.stream, 'end')
      both.stream.write('later')
      both.stream.end()
      expect(await drain(both)).toBe('later')
    },
    tells: ['end', 'finish', 'close false'],
  },
  {
    title: 'the peer resets the connection while it is read',
    happens: async ({ stream, peer }) => {
      stream.resume()
      await peer.reset()
    },
    tells: ['error ECONNRESET', 'close true'],
  },
  {
    title: 'the peer resets the connection, and nothing is read',
    happens: ({ peer }) => peer.reset(),
    tells: ['error ECONNRESET', 'close true'],
  },
  {
    title: 'it is destroyed',
    happens: async (both) => {
      both.stream.destroy()
      expect(await drain(both)).toBe('')
    },
    tells: ['close false'],
  },
  {
    title: 'it is destroyed with an error',
    happens: ({ stream }) => {
      stream.destroy(Object.assign(new Error('enough'), { code: 'ENOUGH' }))
    },
    tells: ['error ENOUGH', 'close true'],
  },
  {
    title: 'it is destroyed while it writes',
    happens: ({ stream }) => {
      stream.write(new Uint8Array(64 << 20))
      stream.destroy()
    },
    tells: ['close false'],
  },
  {
    title: 'it is ended with data, and the peer ends as well',
    happens: async (both) => {
      both.stream.resume()
      both.stream.end('bye')
      expect(await drain(both)).toBe('bye')
      both.peer.closeWrite()
    },
    tells: ['finish', 'end', 'close false'],
  },
  {
    title: 'it is destroyed soon, with data on the way',
    happens: async (both) => {
      both.stream.write('last')
      both.stream.destroySoon()
      expect(await drain(both)).toBe('last')
    },
    tells: ['finish', 'close false'],
  },
  {
    title: 'it is destroyed with a reset',
    happens: async (both) => {
      both.stream.resetAndDestroy()
      await expect(drain(both)).rejects.toMatchObject({ code: 'ECONNRESET' })
    },
    tells: ['close false'],
  },
  {
    title: 'its signal is aborted',
    happens: (_, abort) => abort.abort(),
    tells: ['error ABORT_ERR', 'close true'],
  },
  {
    title: 'it is written to after the peer has ended it',
    happens: async ({ stream, peer }) => {
      const written = new Promise((resolve) => {
        stream.once('finish', () => stream.write('late', resolve))
      })
      stream.resume()
      peer.closeWrite()
      expect(await written).toMatchObject({ code: 'EPIPE' })
    },
    tells: ['end', 'finish', 'error EPIPE', 'close true'],
  },
]

const KINDS: readonly Kind[] = ['socket', 'toDuplex', 'dialDuplex']

describe.each(KINDS)('a stream of the kind %s', (kind) => {
  it.each(SITUATIONS)('tells in the same order when $title', async ({ allowHalfOpen, ...rest }) => {
    const abort = new AbortController()
    const both = await ends(kind, { allowHalfOpen, signal: abort.signal })
    const list = told(both.stream)
    const closed = event(both.stream, 'close')
    await rest.happens(both, abort)
    await closed
    expect(list).toEqual(rest.tells)
    expect(both.stream.destroyed).toBe(true)
  })
})
