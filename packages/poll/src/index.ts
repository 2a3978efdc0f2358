// @netfd/poll: descriptors with read, write, deadlines and an exact close, on an epoll set of our own.
export type {
  Accepted,
  Backend,
  CallOptions,
  CodedError,
  Deadline,
  FDKind,
  LockKind,
  LockWaiter,
  ReceivedFrom,
  ReceivedMsg,
} from '@netfd/poll/internal'
export {
  backend,
  CanceledError,
  DeadlineExceededError,
  FD,
  FDMutex,
  FileClosingError,
  NetClosingError,
  NoDeadlineError,
  NotPollableError,
  UnexpectedEOFError,
} from '@netfd/poll/internal'
