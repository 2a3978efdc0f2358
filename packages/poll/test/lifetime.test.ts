// What keeps a process alive, and what the end of a worker thread leaves behind.
import { readdirSync, readlinkSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { bundleForChildren, programURL, runChild } from './child.js'
import { turn } from './support.js'

bundleForChildren()

/** Ends a process that would stay: the timer itself does not keep it alive. */
const STAYS = `setTimeout(() => { console.log('stayed'); process.exit(0) }, 1000).unref()
`

/** Whether a program keeps its process alive by itself. */
async function stays(program: string): Promise<boolean> {
  const ended = await runChild(STAYS + program)
  expect([ended.code, ended.stderr]).toEqual([0, ''])
  return ended.stdout === 'stayed\n'
}

const PROGRAMS: [string, boolean, string][] = [
  ['an open connection that is idle', false, 'keptPair()'],
  ['a read that waits', true, 'const [a] = keptPair(); void a.read(new Uint8Array(1))'],
  ['a write that waits', true, 'const [a, b] = keptPair(); void a.write(new Uint8Array(64 << 20))'],
  [
    'an accept that waits',
    true,
    'const l = new FD(poll.listenNumber()); l.init(); void l.accept()',
  ],
  ['a waitRead', true, 'const [a] = keptPair(); void a.waitRead()'],
  [
    'a read of an unref’d connection',
    false,
    'const [a] = keptPair(); a.unref(); void a.read(new Uint8Array(1))',
  ],
  [
    'a read that was unref’d while it waits',
    false,
    'const [a] = keptPair(); void a.read(new Uint8Array(1)); a.unref()',
  ],
  [
    'a read of a connection that was unref’d and ref’d again',
    true,
    'const [a] = keptPair(); void a.read(new Uint8Array(1)); a.unref(); a.ref()',
  ],
  [
    'an unref’d read beside one that is not',
    true,
    'const [a, b] = keptPair(); a.unref(); void a.read(new Uint8Array(1)); void b.read(new Uint8Array(1))',
  ],
  ['a deadline by itself', false, 'const [a] = keptPair(); a.setDeadline(Date.now() + 3e6)'],
  [
    'a deadline of an unref’d read',
    false,
    'const [a] = keptPair(); a.unref(); a.setDeadline(Date.now() + 3e6); void a.read(new Uint8Array(1))',
  ],
  [
    'a read that was aborted',
    false,
    'const [a] = keptPair(); const c = new AbortController(); a.read(new Uint8Array(1), { signal: c.signal }).catch(() => 0); c.abort()',
  ],
  [
    'a read that timed out',
    false,
    'const [a] = keptPair(); a.setDeadline(Date.now() + 5); await a.read(new Uint8Array(1)).catch(() => 0)',
  ],
  [
    'a read that was closed',
    false,
    'const [a] = keptPair(); a.read(new Uint8Array(1)).catch(() => 0); void a.close()',
  ],
  [
    'a conversation that is over',
    false,
    'const [a, b] = keptPair(); const buf = new Uint8Array(9); for (let i = 0; i < 100; i++) { const r = b.read(buf); await turns(1); await a.write(buf); await r }',
  ],
]

describe('a process', () => {
  it.concurrent.each(PROGRAMS)('with %s stays: %s', async (_name, expected, program) => {
    expect(await stays(program)).toBe(expected)
  })

  it('ends by itself when a deadline ends the last read', async () => {
    const ended = await runChild(`const [a] = keptPair()
      a.setReadDeadline(Date.now() + 20)
      await a.read(new Uint8Array(1)).catch((error) => console.log(error.code))`)
    expect(ended).toMatchObject({ code: 0, stdout: 'ERR_DEADLINE_EXCEEDED\n', stderr: '' })
  })
})

/** The sockets, pipes and epoll sets of this process, which its threads share. */
function ownDescriptors(): string[] {
  const open: string[] = []
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      if (/^(socket|pipe|anon_inode:\[event)/.test(target)) open.push(target)
    } catch {
      // The descriptor that listed the directory.
    }
  }
  return open.sort()
}

const TAIL = `
const { parentPort } = await import('node:worker_threads')
parentPort.postMessage('busy')
setInterval(() => undefined, 1000)
`

const BUSY: [string, string][] = [
  ['a read', 'const [a] = tcpPair(); a.read(new Uint8Array(1)).catch(() => 0)'],
  [
    'a write',
    'const [a, b] = tcpPair(); globalThis.b = b; a.write(new Uint8Array(64 << 20)).catch(() => 0)',
  ],
  ['an accept', 'const l = new FD(poll.listenNumber()); l.init(); l.accept().catch(() => 0)'],
  [
    'a conversation',
    `const [a, b] = tcpPair()
     const buf = new Uint8Array(64)
     const talk = async (x, y) => { for (;;) { await x.write(buf); await y.read(buf) } }
     talk(a, b)`,
  ],
  [
    'a sendFile',
    `const fs = await import('node:fs')
     const file = fs.openSync(process.execPath, 'r')
     const [a, b] = tcpPair()
     globalThis.b = b
     a.sendFile(file, 0, 1 << 30).catch(() => 0)`,
  ],
  [
    'a splice',
    `const [a, b] = tcpPair(), [c, d] = tcpPair()
     globalThis.ends = [a, d]
     a.write(new Uint8Array(64 << 20)).catch(() => 0)
     c.spliceFrom(b).catch(() => 0)`,
  ],
]

/** Runs a worker until it says that it is busy, ends it, and tells what it left. */
async function endWorker(program: string, end: (worker: Worker) => void): Promise<string[]> {
  const before = ownDescriptors()
  const worker = new Worker(programURL(program + TAIL))
  const failed = new Promise<never>((_, reject) => worker.once('error', reject))
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  await Promise.race([new Promise((resolve) => worker.once('message', resolve)), failed])
  end(worker)
  await Promise.race([exited, failed])
  let left: string[] = []
  for (let i = 0; i < 100; i++) {
    left = ownDescriptors().filter((target) => !before.includes(target))
    if (left.length === 0) break
    await turn()
  }
  return left
}

describe('a worker thread', () => {
  it.each(BUSY)(
    'that is terminated in the middle of %s leaves nothing open',
    async (_name, program) => {
      for (let i = 0; i < 3; i++) {
        expect(await endWorker(program, (worker) => void worker.terminate())).toEqual([])
      }
    },
  )

  it.each(BUSY)('that exits in the middle of %s leaves nothing open', async (_name, program) => {
    const exit =
      'import("node:worker_threads").then((t) => t.parentPort.once("message", () => process.exit(0)));'
    expect(await endWorker(exit + program, (worker) => worker.postMessage('exit'))).toEqual([])
  })

  it('has a poller of its own beside that of another', async () => {
    const program = `const [a, b] = tcpPair()
      const buf = new Uint8Array(8)
      for (let i = 0; i < 500; i++) { const r = b.read(buf); if (i % 9 === 0) await turns(1); await a.write(buf); await r }
      await a.close()
      await b.close()`
    const workers = Array.from({ length: 4 }, () => new Worker(programURL(program)))
    const codes = await Promise.all(
      workers.map(
        (worker) =>
          new Promise((resolve, reject) => {
            worker.once('error', reject)
            worker.once('exit', resolve)
          }),
      ),
    )
    expect(codes).toEqual([0, 0, 0, 0])
  })
})

describe('an idle connection', () => {
  it('keeps neither the buffer of its last read nor that of its last write', async () => {
    const ended = await runChild(
      `const [a, b] = keptPair()
      const refs = []
      const talk = async () => {
        const [into, from] = [new Uint8Array(8), new Uint8Array(8)]
        refs.push(new WeakRef(into), new WeakRef(from))
        const read = a.read(into)
        await b.write(from)
        await read
      }
      await talk()
      for (let i = 0; i < 20 && refs.some((ref) => ref.deref()); i++) { await turns(2); gc() }
      console.log(refs.map((ref) => ref.deref() === undefined).join())
      process.exit(0)`,
      { args: ['--expose-gc'] },
    )
    expect(ended).toMatchObject({ stdout: 'true,true\n', stderr: '' })
  })
})
