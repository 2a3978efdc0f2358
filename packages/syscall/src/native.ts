// Written by scripts/generate.mjs from the rows of native/*.cc: edit those.

/** The addon, entry by entry. A result is a number: what the kernel returned, or errno negated. */
export interface Native {
  /** Name to number. */
  constants(): Readonly<Record<string, number>>
  /** Of every error. */
  errnos(): readonly [name: string, number: number, message: string][]
  recvfrom(
    fd: number,
    buf: Uint8Array,
    offset?: number,
    length?: number,
    flags?: number,
    name?: Uint8Array,
    meta?: Int32Array,
  ): number
  readonly tryRecvfrom: Native['recvfrom']
  sendto(
    fd: number,
    buf: Uint8Array,
    offset?: number,
    length?: number,
    flags?: number,
    name?: Uint8Array,
    nameLength?: number,
  ): number
  readonly trySendto: Native['sendto']
  sendmsg(
    fd: number,
    bufs: readonly Uint8Array[] | Uint8Array,
    flags?: number,
    control?: Uint8Array,
    start?: number,
    offset?: number,
    name?: Uint8Array,
  ): number
  readonly trySendmsg: Native['sendmsg']
  recvmsg(
    fd: number,
    bufs: readonly Uint8Array[] | Uint8Array,
    flags?: number,
    control?: Uint8Array,
    meta?: Int32Array,
    name?: Uint8Array,
    adopt?: boolean,
  ): number
  readonly tryRecvmsg: Native['recvmsg']
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
  read(fd: number, buf: Uint8Array, offset?: number, length?: number): number
  readonly tryRead: Native['read']
  write(fd: number, buf: Uint8Array, offset?: number, length?: number): number
  readonly tryWrite: Native['write']
  recv(fd: number, buf: Uint8Array, offset?: number, length?: number, flags?: number): number
  readonly tryRecv: Native['recv']
  send(fd: number, buf: Uint8Array, offset?: number, length?: number, flags?: number): number
  readonly trySend: Native['send']
  readv(fd: number, bufs: readonly Uint8Array[], start?: number, offset?: number): number
  writev(fd: number, bufs: readonly Uint8Array[], start?: number, offset?: number): number
  readonly tryWritev: Native['writev']
  splice(fdIn: number, fdOut: number, length: number, flags?: number): number
  trySplice(fdIn: number, fdOut: number, length: number, flags?: number, toPipe?: boolean): number
  sendfile(out: number, file: number, offset: number, count: number): number
  recvmmsg(
    fd: number,
    slab: Uint8Array,
    size: number,
    count: number,
    meta: Int32Array,
    names?: Uint8Array,
    control?: Uint8Array,
    flags?: number,
    adopt?: boolean,
  ): number
  sendmmsg(
    fd: number,
    slab: Uint8Array,
    size: number,
    start: number,
    count: number,
    meta: Int32Array,
    names?: Uint8Array,
    control?: Uint8Array,
    flags?: number,
  ): number
  sendmmsgv(
    fd: number,
    bufs: readonly Uint8Array[],
    start: number,
    count: number,
    name?: Uint8Array,
    flags?: number,
  ): number
  closePool(fd: number): Promise<number>
  sendfilePool(out: number, file: number, offset: number, count: number): Promise<number>
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
  accept4(
    fd: number,
    flags: number,
    sockaddr?: Uint8Array,
    adopt?: boolean,
    length?: Int32Array,
  ): number
  readonly tryAccept4: Native['accept4']
  accept(fd: number, sockaddr?: Uint8Array, adopt?: boolean, length?: Int32Array): number
  readonly tryAccept: Native['accept']
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
  setsockopt(
    fd: number,
    level: number,
    optname: number,
    value: number | boolean | string | Uint8Array,
  ): number
  getsockopt(fd: number, level: number, optname: number, out?: Int32Array): number
  getsockoptBytes(fd: number, level: number, optname: number, out: Uint8Array): number
  unsafeSetsockopt(fd: number, level: number, optname: number, value: Uint8Array): number
  unsafeGetsockopt(fd: number, level: number, optname: number, out: Uint8Array): number
  /**
   * The watcher's number, with its own duplicate of fd in own[0]. Every event of this environment goes
   * to the dispatch of the first watcher.
   */
  threadOpen(
    fd: number,
    onReadable: () => void,
    own: Int32Array,
    dispatch: (watcher: number) => void,
  ): number
  threadRef(watcher: number, alive: 0 | 1): number
  threadClose(watcher: number): number
  /** The watcher's number, or a negated errno. */
  watchOpen(fd: number, onReadable: () => void, cells: Int32Array): number
  /** Makes the loop see what cells[0] says now. */
  watchRef(watcher: number): number
  watchClose(watcher: number): number
}
