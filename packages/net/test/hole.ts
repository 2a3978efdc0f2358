// An address that answers no SYN, from a child process: it listens and does not turn its event loop, so that its
// queue stays full once it is.
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { afterAll } from 'vitest'

const PROGRAM = `
  const fs = require('node:fs')
  const server = require('node:net').createServer((socket) => socket.on('error', () => undefined).resume())
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    fs.writeSync(1, String(server.address().port))
    fs.readSync(0, Buffer.alloc(1))
  })`

/** More connections than the queue takes: those that it does not take are no harm. */
const FILLERS = 4

interface Hole {
  readonly address: string
  readonly child: ChildProcess
  readonly fillers: readonly Socket[]
}

const dug: Hole[] = []
let current: Promise<Hole> | null = null

/** The address of this file's hole. */
export async function holeAddress(): Promise<string> {
  current ??= dig()
  return (await current).address
}

/** Has it accept, so that a dial goes on when the kernel tries again. The next hole is another one. */
export async function openHole(): Promise<void> {
  const hole = await current
  current = null
  hole?.child.stdin?.write('.')
}

async function dig(): Promise<Hole> {
  const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  const port = Number(line)
  const fillers = Array.from({ length: FILLERS }, () =>
    connect(port, '127.0.0.1').on('error', () => undefined),
  )
  const hole = { address: `127.0.0.1:${port}`, child, fillers }
  dug.push(hole)
  // Two are taken: one in the queue, and one beyond the number that listen(2) was given.
  await Promise.all(fillers.slice(0, 2).map((socket) => once(socket, 'connect')))
  return hole
}

afterAll(async () => {
  for (const { child, fillers } of dug) {
    for (const socket of fillers) socket.destroy()
    child.kill('SIGKILL')
    await once(child, 'close')
  }
})
