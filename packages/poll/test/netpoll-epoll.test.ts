// Go: runtime/netpoll_epoll.go, and what an FD does on it.
import type { Watcher } from '@netfd/syscall'
import { watch } from '@netfd/syscall'
import { afterEach } from 'vitest'
import { hook } from '../src/index.js'
import { EpollPoller } from '../src/netpoll-epoll.js'
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

fdBehaviour('epoll', () => {
  hook.poller = real
})
