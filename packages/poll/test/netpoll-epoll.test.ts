// Go: runtime/netpoll_epoll.go, and what an FD does on it.
import { hook } from '../src/index.js'
import { fdBehaviour } from './behaviour.js'

const real = hook.poller

fdBehaviour('epoll', () => {
  hook.poller = real
})
