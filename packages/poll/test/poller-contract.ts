// What every poller owes; see netpoll.ts. One suite for all of them.

import { closeSync, openSync } from 'node:fs'
import { close, dupCloexec, EPERM, read, SHUT_WR, shutdown, write } from '@netfd/syscall'
import { afterEach, describe, expect, it } from 'vitest'
import type { PollCode, Waiter } from '../src/netpoll.js'
import { CLOSING, PARKED, READY, TIMEOUT } from '../src/netpoll.js'
import { PollDesc } from '../src/poll-desc.js'
import type { PollSide } from '../src/poll-side.js'
import type { Poller } from '../src/testing.js'
import { now } from '../src/timers.js'
import { tcpNumbers, turn, turns, until } from './support.js'

/** A poller under test. */
export interface PollerRig {
  readonly poller: Poller
  /** More than 0 while it keeps the process alive. */
  held(): number
  /** Given when the poller has no refusals of its own, as for a regular file. */
  refuse?(): void
}

/** A parked waiter, which remembers how that ended. */
class Parked implements Waiter {
  readonly codes: PollCode[] = []

  wake(code: PollCode): void {
    this.codes.push(code)
  }
}

/** The suite. `make` gives a new poller for each test. */
export function pollerContract(name: string, make: () => PollerRig): void {
  describe(`the poller contract, kept by ${name}`, () => {
    const numbers: number[] = []
    const open: PollDesc[] = []

    afterEach(() => {
      for (const pd of open.splice(0)) {
        if (pd.closing) continue
        pd.evict()
        pd.close()
      }
      for (const fd of numbers.splice(0)) close(fd)
    })

    const pair = (): [number, number] => {
      const made = tcpNumbers()
      numbers.push(...made)
      return made
    }

    const opened = (poller: Poller, fd: number): PollDesc => {
      const pd = new PollDesc(poller, fd)
      expect(pd.open()).toBe(0)
      open.push(pd)
      return pd
    }

    const leave = (pd: PollDesc): void => {
      pd.evict()
      pd.close()
    }

    const park = (pd: PollDesc, side: PollSide): Parked => {
      const parked = new Parked()
      pd.prepare(side, parked)
      expect(pd.wait(side, parked)).toBe(PARKED)
      return parked
    }

    it('tells about data and room that were there before it came', async () => {
      const [a, b] = pair()
      write(a, Uint8Array.of(1))
      const pd = opened(make().poller, b)
      const parked = [park(pd, pd.r), park(pd, pd.w)]
      await until(() => parked.every((p) => p.codes.length > 0))
      expect(parked.map((p) => p.codes)).toEqual([[READY], [READY]])
    })

    it('tells about data that comes while a caller waits, again and again', async () => {
      const [a, b] = pair()
      const pd = opened(make().poller, b)
      for (let i = 0; i < 20; i++) {
        await turns(2)
        const parked = park(pd, pd.r)
        write(a, Uint8Array.of(i))
        await until(() => parked.codes.length > 0)
        expect(parked.codes).toEqual([READY])
        read(b, new Uint8Array(8))
      }
    })

    it('keeps an edge for the caller that comes later', async () => {
      const [a, b] = pair()
      const pd = opened(make().poller, b)
      write(a, Uint8Array.of(1))
      await until(() => pd.r.edge)
      expect(pd.wait(pd.r, new Parked())).toBe(READY)
    })

    it('tells both directions about the end', async () => {
      const [a, b] = pair()
      const pd = opened(make().poller, b)
      await turns(3)
      const parked = park(pd, pd.r)
      shutdown(a, SHUT_WR)
      await until(() => parked.codes.length > 0)
      expect(parked.codes).toEqual([READY])
    })

    it('says nothing after close, though there is data', async () => {
      const [a, b] = pair()
      const pd = opened(make().poller, b)
      await turns(3)
      const parked = park(pd, pd.r)
      write(a, Uint8Array.of(1))
      pd.evict()
      pd.close()
      pd.r.edge = false
      await turns(5)
      expect([parked.codes, pd.r.edge]).toEqual([[CLOSING], false])
    })

    it('does not take a new owner of a number for the old one', async () => {
      const [a, b] = pair()
      const { poller } = make()
      const old = opened(poller, b)
      await turns(2)
      write(a, Uint8Array.of(1))
      const other = dupCloexec(b)
      leave(old)
      old.r.edge = old.w.edge = false
      const pd = opened(poller, b)
      const parked = park(pd, pd.r)
      await until(() => parked.codes.length > 0)
      await turns(3)
      close(other)
      expect([parked.codes, old.r.edge, old.w.edge]).toEqual([[READY], false, false])
    })

    it('lets go of a duplicated descriptor', async () => {
      const [a, b] = pair()
      const { poller } = make()
      const pd = opened(poller, b)
      const other = dupCloexec(b)
      numbers.push(other)
      await turns(2)
      leave(pd)
      pd.r.edge = false
      write(a, Uint8Array.of(1))
      await turns(5)
      expect(pd.r.edge).toBe(false)
    })

    it('is held while a caller waits, and not one wait longer', async () => {
      const [, b] = pair()
      const { poller, held } = make()
      const pd = opened(poller, b)
      expect(held()).toBe(0)
      await turns(3)
      park(pd, pd.r)
      expect(held()).toBeGreaterThan(0)
      pd.r.unpark()
      expect(held()).toBe(0)
      pd.setKeepAlive(false)
      park(pd, pd.r)
      expect(held()).toBe(0)
      pd.setKeepAlive(true)
      expect(held()).toBeGreaterThan(0)
      pd.setKeepAlive(false)
      expect(held()).toBe(0)
      leave(pd)
      expect(held()).toBe(0)
    })

    it('wakes by deadline and lets go', async () => {
      const [, b] = pair()
      const { poller, held } = make()
      const pd = opened(poller, b)
      await turn()
      const parked = new Parked()
      pd.setKeepAlive(true)
      const wait = () => {
        pd.prepare(pd.r, again)
        if (parked.codes.at(-1) === TIMEOUT) return
        // An edge may come when the time is up and the timer has not fired yet.
        const code = pd.wait(pd.r, again)
        if (code === TIMEOUT) parked.codes.push(code)
      }
      const again: Waiter = {
        wake: (code) => {
          parked.codes.push(code)
          wait()
        },
      }
      pd.setDeadline(pd.r, now() + 3)
      wait()
      await until(() => parked.codes.at(-1) === TIMEOUT)
      expect(held()).toBe(0)
    })

    it('serves more descriptors than fit into a batch', async () => {
      const { poller } = make()
      const all = Array.from({ length: 300 }, () => pair())
      const descs = all.map(([, b]) => opened(poller, b))
      await turns(5)
      const parked = descs.map((pd) => park(pd, pd.r))
      for (const [a] of all) write(a, Uint8Array.of(1))
      await until(() => parked.every((p) => p.codes.length > 0))
      expect(parked.every((p) => p.codes.length === 1 && p.codes[0] === READY)).toBe(true)
    })

    it('answers with an errno where it cannot watch', () => {
      const rig = make()
      if (rig.refuse !== undefined) return
      const fd = openSync(new URL(import.meta.url).pathname, 'r')
      try {
        expect(new PollDesc(rig.poller, fd).open()).toBe(-EPERM)
      } finally {
        closeSync(fd)
      }
    })
  })
}
