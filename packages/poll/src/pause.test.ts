import { describe, expect, it } from 'vitest'
import {
  adoptFD,
  codeOf,
  connectTCP,
  listenTCP,
  never,
  PAST,
  pipePair,
  soon,
  turns,
  watchPromise,
} from '../test/support.js'
import type { FD } from './index.js'

const HOUR = 3_600_000

/** A listening FD with a loop over it. */
function looping() {
  const { fd: number, address } = listenTCP()
  const fd: FD = adoptFD(number, { stream: true, net: 'tcp' })
  return { fd, address, loop: fd.accepting() }
}

describe('a pause', () => {
  it('ends after its time, and can be made again', async () => {
    const { loop } = looping()
    await loop.pause(1)
    await loop.pause(1)
  })

  it('ends when a descriptor of this thread is closed', async () => {
    const loops = [looping(), looping()]
    const pauses = loops.map(({ loop }) => loop.pause(HOUR))
    const [r, w] = pipePair()
    await r.close()
    await Promise.all(pauses)
    await w.close()
  })

  it('ends when its loop is left', async () => {
    const { loop } = looping()
    const pause = loop.pause(HOUR)
    loop.stop()
    expect(await codeOf(pause)).toBe('ABORT_ERR')
    expect(await codeOf(loop.pause(HOUR))).toBe('ABORT_ERR')
  })

  it('ends when the listener is closed', async () => {
    const { fd, loop } = looping()
    const pause = loop.pause(HOUR)
    const queued = fd.accept()
    await Promise.all([
      expect(pause).rejects.toMatchObject({ code: 'ERR_NET_CLOSED' }),
      expect(queued).rejects.toMatchObject({ code: 'ERR_NET_CLOSED' }),
      fd.close(),
    ])
  })

  it.each([
    ['has passed', () => PAST],
    ['passes', () => soon(2)],
  ])('ends when the listener’s deadline %s', async (_, deadline) => {
    const { fd, loop } = looping()
    fd.setReadDeadline(deadline())
    expect(await codeOf(loop.pause(HOUR))).toBe('ERR_DEADLINE_EXCEEDED')
  })

  it('goes on when a connection comes, which the next accept finds', async () => {
    const { fd, address, loop } = looping()
    fd.setReadDeadline(never())
    const pause = watchPromise(loop.pause(HOUR))
    const client = adoptFD(connectTCP(address))
    await turns(5)
    expect(pause.state).toBe('pending')
    const [r, w] = pipePair()
    await Promise.all([r.close(), w.close()])
    const { fd: server } = await loop.next()
    await Promise.all([client.close(), adoptFD(server).close()])
  })
})
