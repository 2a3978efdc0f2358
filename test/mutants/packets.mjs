// @ts-check
// Regressions of what moves packets, in packages/poll, packages/net and the addon: a batch that starts over, a peer
// that is taken for another, an edge that is never waited for.

const BATCH = ['--project', 'net', 'udp-batch']
const UDP = ['--project', 'net', 'udp']
const GRAM = ['--project', 'net', 'unixgram']
const CALLS = ['--project', 'syscall', 'src/mmsg', 'src/dgram']

/** @type {import('./mutant.mjs').Mutant[]} */
export const pollPackets = [
  {
    what: 'a batch that came full is proof that the queue is empty',
    file: 'src/op-batch.ts',
    find: 'side.drained = n < count',
    put: 'side.drained = n <= count',
    see: BATCH,
  },
  {
    what: 'after a batch that came short the kernel is asked again',
    file: 'src/op-batch.ts',
    find: 'side.drained = n < count',
    put: 'side.drained = false',
    see: BATCH,
  },
  {
    what: 'a batch that was read counts as one message',
    file: 'src/op-batch.ts',
    find: 'charge(n, bytes)\n    // The kernel stopped',
    put: '// The kernel stopped',
    see: ['--project', 'net', 'udp-flood', 'packet-budget'],
  },
  {
    what: 'a batch stays in use after it was read',
    file: 'src/op-batch.ts',
    find: 'this.#messages.length = this.#n\n    this.#messages.busy = false',
    put: 'this.#messages.length = this.#n',
    see: BATCH,
  },
  {
    what: 'a batch that the kernel took in part is sent from its beginning',
    file: 'src/op-batch.ts',
    find: 'return hook.sendmmsg(fd, slab, size, sent, this.count - sent, meta, to, control)',
    put: 'return hook.sendmmsg(fd, slab, size, 0, this.count - sent, meta, to, control)',
    see: BATCH,
  },
  {
    what: 'the bytes of what was sent are those of the first messages',
    file: 'src/op-batch.ts',
    find: 'for (let i = this.sent; i < this.sent + n; i++) bytes += this.sizeAt(i)',
    put: 'for (let i = 0; i < n; i++) bytes += this.sizeAt(i)',
    see: BATCH,
  },
  {
    what: 'the error of a batch names the address of its first message',
    file: 'src/op-batch.ts',
    find: 'aim(error, this.#messages.nameAt(this.sent))',
    put: 'aim(error, this.#messages.nameAt(0))',
    see: BATCH,
  },
  {
    what: 'a list that shrank while its write waited is sent',
    file: 'src/op-batch.ts',
    find: 'checkSize(this.#bufs[i] as Uint8Array, this.#sizes[i] as number)',
    put: '',
    see: ['--project', 'net', 'udp'],
  },
  {
    what: 'the kernel is given more to cut than one datagram carries',
    file: 'src/op-batch.ts',
    find: 'Math.min(MAX_SEGMENTS, Math.floor(MAX_PAYLOAD / this.#segment))',
    put: 'MAX_SEGMENTS',
    see: BATCH,
  },
  {
    what: 'the kernel is given more segments than older ones cut',
    file: 'src/op-batch.ts',
    find: 'const MAX_SEGMENTS = 64',
    put: 'const MAX_SEGMENTS = 128',
    see: BATCH,
  },
  {
    what: 'a device that cannot cut is asked each time',
    file: 'src/op-batch.ts',
    find: 'if (this.#cutHere) this.#offload.works = false\n',
    put: '',
    see: BATCH,
  },
  {
    what: 'an address that is wrong ends the cutting by the kernel',
    file: 'src/op-batch.ts',
    find: 'this.#cutHere = true\n    return true',
    put: 'this.#cutHere = true\n    this.#offload.works = false\n    return true',
    see: BATCH,
  },
  {
    what: 'no bytes are no packet where a device cannot cut',
    file: 'src/op-batch.ts',
    find: 'if (this.#size === 0) pieces.push(this.#data)\n',
    put: '',
    see: BATCH,
  },
  {
    what: 'the last segment counts as a whole one',
    file: 'src/op-batch.ts',
    find: 'Math.min(n * this.#segment, this.#size - this.#sent)',
    put: 'n * this.#segment',
    see: BATCH,
  },
  {
    what: 'a packet that was cut off is said to be whole',
    file: 'src/op-message.ts',
    find: 'const got = { n: this.count, addr: this.addr, truncated: this.#truncated }',
    put: 'const got = { n: this.count, addr: this.addr, truncated: false }',
    see: UDP,
  },
]

/** @type {import('./mutant.mjs').Mutant[]} */
export const netPackets = [
  {
    what: 'a peer at another port is taken for the last one',
    file: 'src/peer-names.ts',
    find: 'for (let i = 0; i < length; i++) if (last[i]',
    put: 'for (let i = 4; i < length; i++) if (last[i]',
    see: UDP,
  },
  {
    what: 'the name of the last peer is that of the next one',
    file: 'src/peer-names.ts',
    find: 'name.slice(at, at + length)',
    put: 'name.subarray(at, at + length)',
    see: UDP,
  },
  {
    what: 'a batch that is filled anew keeps the addresses that it had',
    file: 'src/packet-batch.ts',
    find: 'else if (addr === null || i === messages.length) meta[i * META + NAME] = 0',
    put: '',
    see: BATCH,
  },
  {
    what: 'a batch with a message for no one is sent',
    file: 'src/packet-conn.ts',
    find: "else if (!this.#connected && !batch.addressed) throw new AddrError('missing address', '')",
    put: '',
    see: BATCH,
  },
  {
    what: 'all but the last segment of what was cut off are said to be cut off',
    file: 'src/packet-batch.ts',
    find: 'yield { data, addr, truncated: truncated && at + size >= whole.length }',
    put: 'yield { data, addr, truncated }',
    see: BATCH,
  },
  {
    what: 'room for longer addresses loses those that were set',
    file: 'src/packet-batch.ts',
    find: 'larger.set(name, i * SOCKADDR_STORAGE_SIZE)\n',
    put: 'void name\n',
    see: [...GRAM, 'udp-batch'],
  },
  {
    what: 'packets that were joined are read as one',
    file: 'src/udpconn.ts',
    find: "return this.#joins ? this.fd.failing('read', new JoinedError()) : super.readFrom(buf, o)",
    put: 'return super.readFrom(buf, o)',
    see: BATCH,
  },
  {
    what: 'joining that was switched off still refuses reads',
    file: 'src/udpconn.ts',
    find: 'this.#joins = on\n',
    put: 'this.#joins ||= on\n',
    see: BATCH,
  },
  {
    what: 'segments are cut to the size of the call before',
    file: 'src/udpconn.ts',
    find: 'if (this.#cut?.size !== segmentSize)',
    put: 'if (this.#cut === null)',
    see: BATCH,
  },
  {
    what: 'what a group is sent comes back to the sender’s machine',
    file: 'src/udpconn.ts',
    find: 'this.setMulticastLoopback(false)\n',
    put: '',
    see: ['--project', 'net', 'multicast', 'udp-info'],
  },
  {
    what: 'a socket of both families is told nothing of IPv4 packets',
    file: 'src/udp-options.ts',
    find: 'try {\n    fd.setInt(IPPROTO_IP, ip, value)',
    put: 'try {\n    if (fd.family === AF_INET) fd.setInt(IPPROTO_IP, ip, value)',
    see: ['--project', 'net', 'udp-info'],
  },
  {
    what: 'the address to answer from is the one that was asked, a broadcast too',
    file: 'src/packet-info.ts',
    find: 'info.src = spec ?? info.src ?? addr',
    put: 'info.src = addr',
    see: ['--project', 'net', 'udp-info'],
  },
  {
    what: 'a group is joined for every sender though one was asked for',
    file: 'src/multicast.ts',
    find: 'o.source === undefined ? any : one',
    put: 'any',
    see: ['--project', 'net', 'udp-info', 'multicast'],
  },
  {
    what: 'a second socket may not join a group at the same port',
    file: 'src/udpsock-posix.ts',
    find: 'reuseAddr: group }',
    put: 'reuseAddr: false }',
    see: ['--project', 'net', 'udp-info', 'src/udp'],
  },
  {
    what: 'a port of packets may be taken from its socket',
    file: 'src/udpsock-posix.ts',
    find: 'reuseAddr: group }',
    put: 'reuseAddr: true }',
    see: UDP,
  },
  {
    what: 'what became of a packet is its whole room',
    file: 'src/error-queue.ts',
    find: 'data: data.slice(0, n)',
    put: 'data',
    see: ['--project', 'net', 'udp-info'],
  },
]

/** @type {import('./mutant.mjs').Mutant[]} */
export const addonPackets = [
  {
    what: 'a descriptor that comes in a batch is inherited by children',
    file: 'native/mmsg.cc',
    find: 'flags | MSG_DONTWAIT | MSG_CMSG_CLOEXEC, nullptr',
    put: 'flags | MSG_DONTWAIT, nullptr',
    see: CALLS,
  },
  {
    what: 'what is behind the address of a message is left of another',
    file: 'native/mmsg.cc',
    find: 'if (length < slab.name_size) memset(slab.NameOf(i) + length, 0, slab.name_size - length);',
    put: '',
    see: CALLS,
  },
  {
    what: 'a message longer than its place is sent with the bytes behind it',
    file: 'native/mmsg.cc',
    find: 'return within(meta[kLength], slab.size) &&',
    put: 'return within(meta[kLength], slab.data.size) &&',
    see: [...CALLS, 'arguments'],
  },
  {
    what: 'control data beyond its place is sent',
    file: 'native/mmsg.cc',
    find: '(slab.control_size == 0 || within(meta[kControlLength], slab.control_size))',
    put: '(slab.control_size == 0 || within(meta[kControlLength], slab.control.size))',
    see: [...CALLS, 'arguments'],
  },
  {
    what: 'sendmmsg sends each message from the beginning of the slab',
    file: 'native/mmsg.cc',
    find: 'const size_t at = start + i;',
    put: 'const size_t at = i;',
    see: CALLS,
  },
  {
    what: 'meta may be too short for what the slab holds',
    file: 'native/mmsg.cc',
    find: 'length / kPerMessage < capacity',
    put: 'length < capacity',
    see: [...CALLS, 'arguments'],
  },
  {
    what: 'descriptors that come in a batch are not adopted',
    file: 'native/mmsg.cc',
    find: 'for (int i = 0; adopt && i < n; i++)',
    put: 'for (int i = 0; adopt && i < n - 1; i++)',
    see: ['--project', 'syscall', 'workers'],
  },
  {
    what: 'recvfrom says nothing of a datagram that was cut off',
    file: 'native/dgram.cc',
    find: 'meta[0] = name.told();\n      meta[1] = FlagsOf(message);',
    put: 'meta[0] = name.told();\n      meta[1] = 0;',
    see: CALLS,
  },
  {
    what: 'sendto raises SIGPIPE',
    file: 'native/dgram.cc',
    find: 'sendto(fd, buf.data, buf.size, flags | kDontwait<Try> | MSG_NOSIGNAL, name, length)',
    put: 'sendto(fd, buf.data, buf.size, flags | kDontwait<Try>, name, length)',
    see: ['--project', 'syscall', 'src/io.test'],
  },
]
