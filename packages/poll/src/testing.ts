// @netfd/poll/testing: the doors through which tests reach the kernel and the clocks.
export type { FileCall, PollDesc, Poller } from '@netfd/poll/internal'
export { hook, host } from '@netfd/poll/internal'
