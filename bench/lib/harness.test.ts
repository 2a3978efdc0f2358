// The programs together: a C server, Node's peer and the load generator, on very little work.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { BUILD, buildNative } from './build.mjs'
import { LineProcess } from './line-process.mjs'
import { findPeers } from './peers.mjs'
import { runWorkload } from './run.mjs'
import { makeWorkloads } from './workloads.mjs'

const LOAD = join(BUILD, 'load')
const cores = { server: 0, load: 0 }
const workloads = makeWorkloads({ connections: 2, requests: 1, size: 64, fileLimit: 1024 })
const quiet = () => undefined

beforeAll(buildNative)

describe('the harness', () => {
  it.each(workloads.filter(({ id }) => id !== 'scale').map((one) => [one.id, one] as const))(
    'measures %s',
    async (_id, workload) => {
      const peers = await findPeers(['c', 'node'], quiet)
      const outcomes = await runWorkload(workload, { peers, rounds: 1, cores, progress: quiet })
      for (const { contestant, samples, failure } of outcomes) {
        expect(failure, contestant.id).toBeUndefined()
        expect(samples, contestant.id).toHaveLength(1)
      }
    },
  )

  it('leaves a contestant out that does not start, with the reason', async () => {
    const [workload] = workloads
    if (workload === undefined) throw new Error('no workload')
    const broken = {
      id: 'broken',
      label: 'broken',
      version: '',
      command: [process.execPath, '-e', 'throw new Error("no such luck")'],
      env: {},
      lacks: [],
      versionOf: '',
    }
    const options = { peers: [broken], rounds: 1, cores, progress: quiet }
    const [outcome] = await runWorkload(workload, options)
    expect(outcome?.samples).toEqual([])
    expect(outcome?.failure).toMatch(/no such luck/)
  })
})

describe('the load generator', () => {
  it('refuses an echo that differs from what was sent', async () => {
    const server = createServer((socket) => {
      socket.on('data', (data) => socket.end(data.fill(0)))
      socket.on('error', quiet)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const load = new LineProcess([LOAD, 'echo', '--port', `${port}`])
    await expect(load.next()).rejects.toThrow(/differs from what was sent/)
    await load.stop()
    server.close()
  })

  it('says that a backlog is too short for a burst, and lets the server go on', async () => {
    const listens =
      "const s = require('net').createServer((c) => c.end()).listen(0, '127.0.0.1', 4, () => " +
      'console.log(JSON.stringify(s.address())))'
    const server = new LineProcess([
      process.execPath,
      '-e',
      `${listens}; process.stdin.resume().on('end', process.exit)`,
    ])
    const { port } = await server.next()
    const options = { port, server: server.pid, connections: 50, requests: 50, seconds: 1 }
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`])
    const load = new LineProcess([LOAD, 'accept-burst', ...args])
    await load.next()
    await expect(load.ask('go')).rejects.toThrow(/the backlog holds \d+ of 50 connections/)
    expect(readFileSync(`/proc/${server.pid}/stat`, 'utf8')).not.toMatch(/\) T /)
    await Promise.all([load.stop(), server.stop()])
  })

  it.each([
    [['nonsense', '--port', '1'], /unknown workload 'nonsense'/],
    [['accept-burst', '--port', '1'], /needs the process of the --server/],
    [['echo'], /--port must be at least 1/],
    [['echo', '--port', '1', '--size', 'x'], /--size wants a number, not 'x'/],
    [['echo', '--port', '1', '--connections', '999999999'], /descriptors this user may open/],
  ])('refuses %j', async (args, message) => {
    const load = new LineProcess([LOAD, ...args])
    await expect(load.next()).rejects.toThrow(message)
    await load.stop()
  })
})
