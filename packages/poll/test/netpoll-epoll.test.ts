// Go: runtime/netpoll_epoll.go, and what an FD does on it.
import type { Watcher } from '@netfd/syscall'
import { EPERM, watch } from '@netfd/syscall'
import { afterEach, expect, it } from 'vitest'
import { EpollPoller } from '../src/netpoll-epoll.js'
import { PollDesc } from '../src/poll-desc.js'
import { hook } from '../src/testing.js'
import { fdBehaviour } from './behaviour.js'
import { pollerContract } from './poller-contract.js'

const real = hook.poller
let watchers: Watcher[] = []

afterEach(() => {
  for (const watcher of watchers) watcher.close()
  watchers = []
})

pollerContract('epoll', () => {
  let refs = 0
  const calls = {
    epollCreate1: hook.epollCreate1,
    epollCtl: hook.epollCtl,
    epollWait: hook.epollWait,
    close: hook.close,
    watch: (fd: number, onReadable: () => void): Watcher => {
      const watcher = watch(fd, onReadable)
      watchers.push(watcher)
      refs = 1
      const [ref, unref] = [watcher.ref.bind(watcher), watcher.unref.bind(watcher)]
      return Object.assign(watcher, {
        ref: () => {
          refs = 1
          ref()
        },
        unref: () => {
          refs = 0
          unref()
        },
      })
    },
  }
  return { poller: new EpollPoller(calls), held: () => refs }
})

it('keeps no slot for a descriptor that the kernel refuses', () => {
  let refuse = false
  const poller = new EpollPoller({
    epollCreate1: hook.epollCreate1,
    epollWait: hook.epollWait,
    close: hook.close,
    epollCtl: () => (refuse ? -EPERM : 0),
    watch: (fd, onReadable) => {
      const watcher = watch(fd, onReadable)
      watchers.push(watcher)
      return watcher
    },
  })
  const open = (): PollDesc => {
    const pd = new PollDesc(poller, 7)
    expect(pd.open()).toBe(refuse ? -EPERM : 0)
    return pd
  }
  const { slot } = open()
  refuse = true
  for (let i = 0; i < 100; i++) open()
  refuse = false
  expect(open().slot).toBe(slot + 1)
})

fdBehaviour('epoll', () => {
  hook.poller = real
})
