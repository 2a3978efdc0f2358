// An address that answers no SYN, from a child process: it listens and never turns its event loop, so that its
// queue stays full once it is.
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { afterAll } from 'vitest'

const PROGRAM = `
  const server = require('node:net').createServer()
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    require('node:fs').writeSync(1, String(server.address().port))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })`

/** More connections than the queue takes: those that it does not take are no harm. */
const FILLERS = 4

let child: ChildProcess | null = null
let fillers: Socket[] = []
let made: Promise<string> | null = null

/** The address of this file's hole. */
export function holeAddress(): Promise<string> {
  made ??= dig()
  return made
}

async function dig(): Promise<string> {
  child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  const port = Number(line)
  fillers = Array.from({ length: FILLERS }, () =>
    connect(port, '127.0.0.1').on('error', () => undefined),
  )
  // Two are taken: one in the queue, and one beyond the number that listen(2) was given.
  await Promise.all(fillers.slice(0, 2).map((socket) => once(socket, 'connect')))
  return `127.0.0.1:${port}`
}

afterAll(async () => {
  if (child === null) return
  for (const socket of fillers) socket.destroy()
  child.kill('SIGKILL')
  await once(child, 'close')
})
