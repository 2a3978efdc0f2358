/** What a caller may pass as the value of a socket option. */
export type OptionValue = number | boolean | string | Uint8Array

/** The addon, entry by entry. A result is a number: what the kernel returned, or errno negated. */
export interface Native {
  constants(): Readonly<Record<string, number>>
  errnos(): readonly [name: string, number: number, message: string][]

  socket(domain: number, type: number, protocol?: number, adopt?: boolean): number
  socketpair(
    domain: number,
    type: number,
    protocol: number,
    pair: Int32Array,
    adopt?: boolean,
  ): number
  pipe2(flags: number, pair: Int32Array, adopt?: boolean): number
  eventfd(initial: number, flags?: number, adopt?: boolean): number
  bind(fd: number, sockaddr: Uint8Array): number
  connect(fd: number, sockaddr: Uint8Array): number
  listen(fd: number, backlog: number): number
  accept4(fd: number, flags: number, sockaddr?: Uint8Array, adopt?: boolean): number
  accept(fd: number, sockaddr?: Uint8Array, adopt?: boolean): number
  getsockname(fd: number, sockaddr: Uint8Array): number
  getpeername(fd: number, sockaddr: Uint8Array): number
  shutdown(fd: number, how: number): number
  close(fd: number): number
  setNonblock(fd: number, on: 0 | 1): number
  ensureNonblock(fd: number): number
  giveBack(): number
  closeOnExec(fd: number): number
  dupCloexec(fd: number, adopt?: boolean): number
  fcntl(fd: number, cmd: number, arg?: number): number
  ifNametoindex(name: string): number
  ifIndextoname(index: number): string | number
  adopt(fd: number, borrowed?: boolean): number
  disown(fd: number): number

  read(fd: number, buf: Uint8Array, offset?: number, length?: number): number
  write(fd: number, buf: Uint8Array, offset?: number, length?: number): number
  recv(fd: number, buf: Uint8Array, offset?: number, length?: number, flags?: number): number
  send(fd: number, buf: Uint8Array, offset?: number, length?: number, flags?: number): number
  readv(fd: number, bufs: readonly Uint8Array[], start?: number, offset?: number): number
  writev(fd: number, bufs: readonly Uint8Array[], start?: number, offset?: number): number
  sendmsg(
    fd: number,
    bufs: readonly Uint8Array[],
    flags?: number,
    control?: Uint8Array,
    start?: number,
    offset?: number,
  ): number
  recvmsg(
    fd: number,
    bufs: readonly Uint8Array[],
    flags?: number,
    control?: Uint8Array,
    meta?: Int32Array,
  ): number
  splice(fdIn: number, fdOut: number, length: number, flags?: number): number
  sendfile(out: number, file: number, offset: number, count: number): number

  // The same calls, whatever O_NONBLOCK says.
  readonly tryAccept4: Native['accept4']
  readonly tryAccept: Native['accept']
  readonly tryRead: Native['read']
  readonly tryWrite: Native['write']
  readonly tryRecv: Native['recv']
  readonly trySend: Native['send']
  readonly tryWritev: Native['writev']
  readonly trySendmsg: Native['sendmsg']
  trySplice(fdIn: number, fdOut: number, length: number, flags?: number, toPipe?: boolean): number

  setsockopt(fd: number, level: number, optname: number, value: OptionValue): number
  getsockopt(fd: number, level: number, optname: number, out?: Int32Array): number
  getsockoptBytes(fd: number, level: number, optname: number, out: Uint8Array): number
  unsafeSetsockopt(fd: number, level: number, optname: number, value: Uint8Array): number
  unsafeGetsockopt(fd: number, level: number, optname: number, out: Uint8Array): number

  epollCreate1(flags?: number, adopt?: boolean): number
  epollCtl(
    epfd: number,
    op: number,
    fd: number,
    events?: number,
    slot?: number,
    generation?: number,
  ): number
  epollWait(epfd: number, ring: Int32Array, timeout?: number): number

  watchOpen(fd: number, onReadable: () => void, cells: Int32Array): number
  watchRef(watcher: number): number
  watchClose(watcher: number): number
  threadOpen(
    fd: number,
    onReadable: () => void,
    own: Int32Array,
    dispatch: (watcher: number) => void,
  ): number
  threadRef(watcher: number, alive: 0 | 1): number
  threadClose(watcher: number): number
  /** Ours, not the addon's: watch-host.ts keeps the callbacks here. */
  threadCallbacks?: Map<number, () => void>

  closePool(fd: number): Promise<number>
  sendfilePool(out: number, file: number, offset: number, count: number): Promise<number>
}
