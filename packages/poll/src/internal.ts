// @netfd/poll/internal: all of the package, for @netfd/net. It is no promise: any version may change it.
export type { Backend } from '@netfd/syscall'
export { backend } from '@netfd/syscall'
export type { Abortable } from './aborts.js'
export { offAbort, onAbort } from './aborts.js'
export { BUDGET_BYTES, budget, turnFor } from './budget.js'
export { notBytes, sizeOf, viewOf } from './bytes.js'
export { checkTimeout } from './call-limit.js'
export type { Deadline } from './deadline.js'
export { deadlineError, dueIn, dueOf, hasPassed } from './deadline.js'
export type { CodedError } from './errors.js'
export {
  CanceledError,
  DeadlineExceededError,
  errorFrom,
  FileClosingError,
  NetClosingError,
  NoDeadlineError,
  NotPollableError,
  UnexpectedEOFError,
} from './errors.js'
export { FD } from './fd.js'
export type { LockKind, LockWaiter } from './fd-mutex.js'
export { FDMutex } from './fd-mutex.js'
export type { GiveOp, Mover } from './flow.js'
export { Flow } from './flow.js'
export type { FileCall } from './hook.js'
export { hook } from './hook.js'
export { host, startTimer } from './host.js'
export type { FDKind } from './kind.js'
export { unread } from './linger.js'
export type { Poller } from './netpoll.js'
export type { Messages, Offload } from './op-batch.js'
export { MAX_MESSAGES, ReadBatchOp, SegmentsOp, WriteBatchOp, WriteListOp } from './op-batch.js'
export type { Names, ReceivedFrom, ReceivedMsg, ReceivedPacket } from './op-message.js'
export { targetOf } from './op-message.js'
export type { Poured } from './op-pour.js'
export { CONSUMED, HELD, KEPT, PourOp } from './op-pour.js'
export type { Accepted } from './op-wait.js'
export { idlePipes } from './pipe-pool.js'
export { PollDesc } from './poll-desc.js'
export type { CallOptions } from './signals.js'
export { reasonOf, signalOf, wasAborted } from './signals.js'
export { timers } from './timers.js'
