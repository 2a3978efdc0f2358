// Peers that take all descriptors of a server must not end it.
import type { TCPConn } from '@netfd/net'
import { dial } from '@netfd/net'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { program, Running } from '../../packages/net/test/program.js'

const FILES = 64
const PEERS = 80

let server = ''

beforeAll(() => {
  server = program('../../../test/reports/no-descriptors-left-child.ts')
})

/** A server that may have 64 descriptors, and 80 peers that are connected to it. */
async function besieged(...args: string[]): Promise<{ running: Running; peers: TCPConn[] }> {
  const running = new Running(['prlimit', `--nofile=${FILES}`, process.execPath, server, ...args])
  const address = await running.line()
  const peers: TCPConn[] = []
  onTestFinished(async () => {
    await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()))
  })
  for (let i = 0; i < PEERS; i++) peers.push(await dial('tcp', address))
  expect(await running.line()).toBe('NETFD_ACCEPT')
  return { running, peers }
}

async function echoes(peer: TCPConn): Promise<void> {
  await peer.write('hello')
  const buf = new Uint8Array(5)
  await peer.readFull(buf)
  expect(Buffer.from(buf).toString()).toBe('hello')
}

describe('out of descriptors: the loop over a listener', () => {
  it('goes on when peers leave, with those in the backlog', async () => {
    const { running, peers } = await besieged()
    const leaving = peers.slice(0, PEERS / 2)
    await Promise.all(leaving.map((peer) => peer.close()))
    // As many are still waiting to be accepted as had no descriptor: all of them have one now.
    await Promise.all(peers.slice(PEERS / 2).map(echoes))
    running.kill()
    const { stderr } = await running.ended
    expect(stderr.match(/NETFD_ACCEPT/g)).toHaveLength(1)
  })

  it('keeps the process alive while it waits, but not when its listener is unref’d', async () => {
    const { running } = await besieged('idle')
    running.hush()
    expect(await running.line()).toBe('told')
    // 13 is Node's code for a program whose main module still awaits something.
    expect((await running.ended).code).toBe(13)
  })
})
