// The poller for tests keeps the same contract as epoll, and an FD works on it though it tells no truth.
import { afterEach } from 'vitest'
import { fdBehaviour } from './behaviour.js'
import { FakePoller } from './netpoll-fake.js'
import { pollerContract } from './poller-contract.js'
import { replace } from './support.js'

let running: FakePoller | undefined

afterEach(() => {
  running?.stop()
  running = undefined
})

const restless = (): FakePoller => {
  running = new FakePoller('restless')
  return running
}

pollerContract('the restless poller', () => {
  const poller = restless()
  return { poller, held: () => poller.held, refuse: () => undefined }
})

fdBehaviour('the restless poller', () => {
  const poller = restless()
  replace({ poller: () => poller })
})
