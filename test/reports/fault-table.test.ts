// docs/faults.md: what can happen to a connection, and what its owner sees. Each row happens here.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { OpError } from '@netfd/net'
import { dial, hook, listen } from '@netfd/net'
import { EMFILE } from '@netfd/syscall'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Namespace } from '../../packages/net/test/netns.js'
import { cable } from '../../packages/net/test/netns.js'
import { program, Running } from '../../packages/net/test/program.js'
import { smallDisk } from './small-disk.js'

let child = ''

beforeAll(() => {
  child = program('../../../test/reports/fault-child.ts')
})

/** A program that does what it is told. */
class Puppet {
  readonly running: Running

  constructor(where: Namespace) {
    this.running = new Running(where.exec(process.execPath, child))
  }

  /** Does it, and says what it came to. */
  async do(...command: string[]): Promise<string> {
    this.running.say(command.join(' '))
    return await this.running.line()
  }
}

interface Ends {
  readonly us: Puppet
  readonly peer: Puppet
  readonly here: Namespace
  readonly there: Namespace
}

/** A connection over a cable. */
async function connected([here, there] = cable(), host = '10.77.0.2'): Promise<Ends> {
  const [us, peer] = [new Puppet(here), new Puppet(there)]
  const address = await peer.do('listen', `${host}:0`)
  const accepted = peer.do('accept')
  expect(await us.do('dial', address)).toBe('dialed')
  expect(await accepted).toBe('accepted')
  return { us, peer, here, there }
}

/** A machine behind the router at the other end of the cable. */
const BEHIND = '10.88.0.1'

/** A connection to it. It is an address of the router's, until the router forgets the way. */
async function routed(): Promise<Ends> {
  const [here, there] = cable()
  const [command = '', ...args] = there.exec('sysctl', '-qw', 'net.ipv4.ip_forward=1')
  execFileSync(command, args)
  there.ip('addr', 'add', BEHIND, 'dev', 'lo')
  here.ip('route', 'add', BEHIND, 'via', '10.77.0.2')
  return connected([here, there], BEHIND)
}

/** What a read comes to, and writes after it. */
async function readThenWrite(us: Puppet): Promise<Seen> {
  const read = await us.do('read')
  return { read, write: await us.do('writeOn') }
}

/** What is seen: the result of a call, or the code of its error. */
interface Seen {
  readonly read?: string
  readonly write?: string
}

/** The peer has what was written, so that it is not what the peer's kernel lacks that is answered with a reset. */
async function exchanged({ us, peer }: Ends): Promise<void> {
  await us.do('write', 'hello')
  expect(await peer.do('read')).toBe('5')
}

/** Bytes lie at the peer that it has not read. */
async function unread({ us, peer }: Ends): Promise<void> {
  await peer.do('write', 'first')
  expect(await us.do('read')).toBe('5')
  await us.do('write', 'unread')
}

/** One function for each row, under the row's first cell. */
const happenings: Record<string, () => Promise<Seen>> = {
  'The peer ends its side (`closeWrite`)': async () => {
    const ends = await connected()
    await ends.peer.do('closeWrite')
    const read = await ends.us.do('read')
    expect(await ends.us.do('write', 'more')).toBe('4')
    return { read, write: await ends.peer.do('read').then((n) => (n === '4' ? 'goes on' : n)) }
  },
  'This side ends its own (`closeWrite`)': async () => {
    const { us, peer } = await connected()
    await us.do('closeWrite')
    expect(await peer.do('read')).toBe('null')
    await peer.do('write', 'answer')
    expect(await us.do('read')).toBe('6')
    return { read: 'goes on', write: await us.do('write', 'more') }
  },
  'The peer closes, and has read everything': async () => {
    const ends = await connected()
    await exchanged(ends)
    await ends.peer.do('close')
    return readThenWrite(ends.us)
  },
  'The peer closes with bytes unread': async () => {
    const ends = await connected()
    await unread(ends)
    await ends.peer.do('close')
    return readThenWrite(ends.us)
  },
  'The peer resets (`reset`)': async () => {
    const ends = await connected()
    await ends.peer.do('reset')
    return readThenWrite(ends.us)
  },
  'The peer’s process is killed, and has read everything': async () => {
    const ends = await connected()
    await exchanged(ends)
    ends.peer.running.kill()
    return readThenWrite(ends.us)
  },
  'The peer’s process is killed with bytes unread': async () => {
    const ends = await connected()
    await unread(ends)
    ends.peer.running.kill()
    return readThenWrite(ends.us)
  },
  'The cable is pulled or the machine dies, and nothing is under way': async () => {
    const { us, there } = await connected()
    await us.do('keepAlive')
    there.unplug()
    return readThenWrite(us)
  },
  'The cable is pulled or the machine dies, and what was sent is not acknowledged': async () => {
    const { us, there } = await connected()
    await us.do('userTimeout', '300')
    there.unplug()
    await us.do('write', 'into the void')
    return readThenWrite(us)
  },
  'The same, with a deadline': async () => {
    const { us, there } = await connected()
    there.unplug()
    await us.do('readDeadline', '50')
    await us.do('writeDeadline', '50')
    return readThenWrite(us)
  },
  'The machine restarts, or a NAT on the way forgets the connection': async () => {
    const { us, peer, there } = await connected()
    there.unplug()
    peer.running.kill()
    await peer.running.ended
    there.ip('link', 'set', there.device, 'up')
    await us.do('write', 'anyone there?')
    return readThenWrite(us)
  },
  'Our route or address is taken away': async () => {
    const { us, here } = await connected()
    await us.do('userTimeout', '300')
    here.ip('addr', 'flush', 'dev', here.device)
    await us.do('write', 'from nowhere')
    return readThenWrite(us)
  },
  'The cable is pulled, and is back within the user timeout': async () => {
    const { us, peer, there } = await connected()
    await us.do('userTimeout', '60000')
    there.unplug()
    await us.do('write', 'late')
    there.ip('link', 'set', there.device, 'up')
    expect(await peer.do('read')).toBe('4')
    await peer.do('write', 'answer')
    expect(await us.do('read')).toBe('6')
    expect(await us.do('write', 'more')).toBe('4')
    return { read: 'goes on', write: 'goes on' }
  },
  'A router on the way says that none leads there (ICMP)': async () => {
    const { us, there } = await routed()
    await us.do('userTimeout', '300')
    there.ip('addr', 'del', BEHIND, 'dev', 'lo')
    there.ip('route', 'add', 'unreachable', BEHIND)
    await us.do('write', 'which way?')
    return readThenWrite(us)
  },
  'The peer does not read, and our writes fill the buffers': async () => {
    const { us } = await connected()
    await us.do('writeDeadline', '100')
    return { write: await us.do('writeOn') }
  },
  'The peer does not read for longer than the user timeout': async () => {
    const { us } = await connected()
    await us.do('userTimeout', '300')
    const write = await us.do('writeOn')
    return { read: await us.do('read'), write }
  },
  'The peer sends a byte now and then, and a message is wanted whole': async () => {
    const { us, peer } = await connected()
    await peer.do('write', 'x')
    await us.do('readDeadline', '50')
    return { read: await us.do('readFull') }
  },
  'A dial: no program listens': async () => {
    const { us } = await connected()
    return { read: await us.do('dial', '10.77.0.2:1') }
  },
  'A dial: no machine has the address': async () => {
    const { us } = await connected()
    return { read: await us.do('dial', '10.77.0.9:80') }
  },
  'A dial: no route leads there': async () => {
    const { us } = await connected()
    return { read: await us.do('dial', '10.99.0.1:80') }
  },
  'A dial: the address is silent': async () => {
    const { us, here } = await connected()
    here.silence('10.77.0.9')
    return { read: await us.do('dial', '10.77.0.9:80', '100') }
  },
  'The disk is full (`writeTo` a file)': async () => {
    await using listener = await listen('tcp', '127.0.0.1:0')
    await using client = await dial('tcp', String(listener.addr))
    await using conn = await listener.accept()
    await using file = await open(join(smallDisk(16_384), 'full'), 'w')
    const sending = client.write(new Uint8Array(64 * 1024)).catch(() => 0)
    const write = await conn.writeTo(file).then(String, (error: OpError) => error.code)
    await client.reset()
    await sending
    return { write }
  },
  'No descriptor is left (a dial)': async () => {
    const { socket } = hook
    onTestFinished(() => void Object.assign(hook, { socket }))
    Object.assign(hook, { socket: () => -EMFILE })
    return { read: await dial('tcp', '127.0.0.1:1').then(String, (error: OpError) => error.code) }
  },
  'The event loop is blocked past the deadline, and the bytes have come': async () => {
    await using listener = await listen('tcp', '127.0.0.1:0')
    await using client = await dial('tcp', String(listener.addr))
    await using conn = await listener.accept()
    const deadline = Date.now() + 20
    conn.setReadDeadline(deadline)
    const reading = conn.read(new Uint8Array(8)).then(String, (error: OpError) => error.code)
    // Within one turn of the loop: however slow the machine, the read has not failed before.
    client.tryWrite(Buffer.from('here'))
    while (Date.now() < deadline + 20);
    return { read: (await reading) === '4' ? 'the bytes' : await reading }
  },
  'The worker thread that has the connection is ended': async () => {
    await using listener = await listen('tcp', '127.0.0.1:0')
    const worker = new Worker(workerSource, {
      eval: true,
      workerData: { address: String(listener.addr), entry: builtNet },
    })
    await using conn = await listener.accept()
    expect(await conn.read(new Uint8Array(8))).toBe(2)
    await worker.terminate()
    return { read: String(await conn.read(new Uint8Array(8))) }
  },
  'This side closes while calls wait': async () => {
    const { us } = await connected()
    await us.do('startRead')
    await us.do('close')
    return { read: await us.do('endRead'), write: await us.do('writeOn') }
  },
}

const builtNet = new URL('../../packages/net/dist/index.js', import.meta.url).href

const workerSource = `
  const { workerData } = require('node:worker_threads')
  import(workerData.entry).then(async ({ dial }) => {
    const conn = await dial('tcp', workerData.address)
    await conn.write('hi')
    await conn.read(new Uint8Array(8))
  })
`

/** The rows of the table, by their first cell: what a read and a write see. */
const rows = new Map(
  readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => /^\| (?!---|What happens)/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, fault = '', read = '', write = '']) => [fault, { read, write }]),
)

/** What a cell says: the first code in it, or its words. */
const said = (cell: string): string => /`([^`]+)`/.exec(cell)?.[1] ?? cell

describe('what happens to a connection', () => {
  it('is a row of docs/faults.md each', () => {
    expect([...rows.keys()]).toEqual(Object.keys(happenings))
  })

  it.each(Object.entries(happenings))('%s', async (fault, happen) => {
    const seen = await happen()
    const { read = '', write = '' } = rows.get(fault) ?? {}
    expect({ read: seen.read ?? '–', write: seen.write ?? '–' }).toEqual({
      read: said(read),
      write: said(write),
    })
  })
})

// The test machines have it; without it a row would pass for want of a network.
it('namespaces can be made', () => {
  expect(String(execFileSync('ip', ['-V']))).toMatch('iproute2')
})
