// @netfd/poll/testing: the doors through which tests reach the kernel and the clocks, and what is
// kept for later.
export type { FileCall, PollDesc, Poller } from '@netfd/poll/internal'
export { hook, host, idlePipes, timers } from '@netfd/poll/internal'
