import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listening, own, scratch, tcpPair } from '../test/fds.js'
import type { TCPInfo } from './index.js'
import * as sys from './index.js'

const ask = (fd: number, room = 512) => sys.getsockoptBytes(fd, sys.IPPROTO_TCP, sys.TCP_INFO, room)

const HEADER = '/usr/include/linux/tcp.h'
const camel = (name: string) =>
  name.replace(/^tcpi_/, '').replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

/** Whether a program of the system is there. */
const has = (program: string) => spawnSync(program, ['--version']).error === undefined

/** The members of struct tcp_info in the system's header, each with its width in bits. */
function members(): { name: string; bits: number }[] {
  const body = /struct tcp_info \{([\s\S]*?)\n\};/.exec(readFileSync(HEADER, 'utf8'))?.[1] ?? ''
  const plain = body.replace(/\/\*[\s\S]*?\*\//g, '')
  return [...plain.matchAll(/__u(\d+)\s+([^;]+);/g)].flatMap(([, width, names]) =>
    (names ?? '').split(',').map((one) => {
      const [name = '', bits] = one.trim().split(/\s*:\s*/)
      return { name, bits: Number(bits ?? width) }
    }),
  )
}

/** Compiles a C program and gives what it wrote. */
function run(source: string): Buffer {
  const dir = scratch()
  writeFileSync(join(dir, 'program.cc'), source)
  execFileSync('g++', ['-o', join(dir, 'program'), join(dir, 'program.cc')])
  return execFileSync(join(dir, 'program'))
}

describe('decodeTCPInfo', () => {
  it('finds every member where the compiler puts it', () => {
    if (!has('g++')) return console.info('skipped: there is no g++')
    const all = members()
    expect(all.length).toBeGreaterThan(50)
    // Every member gets a value of its own: the first state, then numbers that fit it.
    const value = (bits: number, i: number) => (i === 0 ? 1 : bits < 8 ? i % 2 ** bits : 10 + i)
    const sets = all.map(({ name, bits }, i) => `t.${name} = ${value(bits, i)};`).join('\n')
    const bytes = run(`#include <linux/tcp.h>
      #include <cstdio>
      int main() { tcp_info t{}; ${sets} fwrite(&t, sizeof t, 1, stdout); }`)
    const info: Partial<Record<string, unknown>> = { ...sys.decodeTCPInfo(bytes) }
    for (const [i, { name, bits }] of all.entries()) {
      // Newer headers end with a few bits whose meaning has changed between two kernels.
      if (/ecn_mode|accecn_|options2/.test(name)) continue
      const expected = i === 0 ? 'ESTABLISHED' : bits === 1 ? i % 2 === 1 : value(bits, i)
      expect([name, info[camel(name)]]).toEqual([name, expected])
    }
  })

  it('leaves out what does not lie wholly inside the bytes', () => {
    const whole = sys.decodeTCPInfo(new Uint8Array(512).fill(1))
    const names = Object.keys(whole)
    expect(names.at(-1)).toBe('receivedCeBytes')
    let before = 0
    for (let length = 104; length <= 280; length++) {
      const info = sys.decodeTCPInfo(new Uint8Array(length).fill(1))
      const here = Object.keys(info)
      expect(here).toEqual(names.slice(0, here.length))
      expect(here.length).toBeGreaterThanOrEqual(before)
      before = here.length
    }
    expect(before).toBe(names.length)
    expect(sys.decodeTCPInfo(new Uint8Array(104))).toHaveProperty('totalRetrans', 0)
    expect(sys.decodeTCPInfo(new Uint8Array(111))).not.toHaveProperty('pacingRate')
    expect(sys.decodeTCPInfo(new Uint8Array(112))).toHaveProperty('pacingRate', 0)
  })

  it.each([0, 1, 103])('refuses %d bytes, which no kernel answers with', (length) => {
    expect(() => sys.decodeTCPInfo(new Uint8Array(length))).toThrow(
      new RangeError(`a struct tcp_info has 104 bytes at least, not ${length}`),
    )
  })

  it('splits the bytes that hold two members', () => {
    const bytes = new Uint8Array(104)
    bytes.set([0x7a, 0b101], 6)
    expect(sys.decodeTCPInfo(bytes)).toMatchObject({
      sndWscale: 0xa,
      rcvWscale: 7,
      deliveryRateAppLimited: true,
      fastopenClientFail: 2,
    })
  })

  it('reads a view in the middle of a buffer, and 64 bits as a number', () => {
    const bytes = new Uint8Array(300).fill(0xff).subarray(20, 20 + 120)
    expect(sys.decodeTCPInfo(bytes).maxPacingRate).toBe(2 ** 64)
    expect(sys.decodeTCPInfo(bytes)).not.toHaveProperty('bytesAcked')
  })

  it('names every state, and any other one UNKNOWN', () => {
    const state = (n: number) => sys.decodeTCPInfo(Uint8Array.of(n, ...new Uint8Array(103))).state
    for (const name of Object.keys(sys.constants)) {
      const match = /^TCP_(ESTABLISHED|SYN_|FIN_|TIME_WAIT|CLOS|LAST_|LISTEN|NEW_)/.exec(name)
      if (match) expect(state(sys.constants[name as 'TCP_CLOSE'])).toBe(name.slice(4))
    }
    expect([state(0), state(200)]).toEqual(['UNKNOWN', 'UNKNOWN'])
  })

  it('tells the states of a connection as it is made and closed', () => {
    const fresh = own(sys.socket(sys.AF_INET, sys.SOCK_STREAM))
    const [dialed, accepted] = tcpPair()
    const state = (fd: number) => sys.decodeTCPInfo(ask(fd)).state
    expect([fresh, listening(), dialed, accepted].map(state)).toEqual([
      'CLOSE',
      'LISTEN',
      'ESTABLISHED',
      'ESTABLISHED',
    ])
    sys.shutdown(dialed, sys.SHUT_WR)
    expect(sys.read(accepted, new Uint8Array(1))).toBe(0)
    expect(state(dialed)).toMatch(/^FIN_WAIT[12]$/)
    expect(state(accepted)).toBe('CLOSE_WAIT')
  })

  it('counts the bytes of a connection', () => {
    const [dialed, accepted] = tcpPair()
    sys.write(dialed, new Uint8Array(5000))
    expect(sys.recv(accepted, new Uint8Array(5000), 0, 5000, sys.MSG_WAITALL)).toBe(5000)
    expect(sys.decodeTCPInfo(ask(accepted)).bytesReceived).toBe(5000)
    expect(sys.decodeTCPInfo(ask(dialed)).bytesSent).toBe(5000)
  })

  it('agrees with ss -tni', () => {
    if (!has('ss')) return console.info('skipped: there is no ss')
    const [dialed, accepted] = tcpPair()
    sys.write(dialed, new Uint8Array(100))
    sys.read(accepted, new Uint8Array(100))
    const { port } = sys.decodeSockaddr(sys.getsockname(dialed)) as sys.SockaddrInet4
    const told = (): TCPInfo => sys.decodeTCPInfo(ask(dialed))
    // The acknowledgement may be on its way; once it is there, nothing changes any more.
    let info = told()
    while (info.unacked > 0) info = told()
    const text = execFileSync('ss', ['-tniH', 'sport', '=', `:${port}`], { encoding: 'utf8' })
    const found = (pattern: RegExp) => pattern.exec(text)?.slice(1).map(Number)
    expect(text).toContain('ESTAB')
    expect(found(/ rtt:([\d.]+)\/([\d.]+)/)).toEqual([info.rtt / 1000, info.rttvar / 1000])
    expect(found(/ mss:(\d+)/)).toEqual([info.sndMss])
    expect(found(/ pmtu:(\d+)/)).toEqual([info.pmtu])
    expect(found(/ cwnd:(\d+)/)).toEqual([info.sndCwnd])
    expect(found(/ wscale:(\d+),(\d+)/)).toEqual([info.sndWscale, info.rcvWscale])
    expect(found(/ bytes_sent:(\d+)/)).toEqual([info.bytesSent])
    expect(found(/ segs_out:(\d+)/)).toEqual([info.segsOut])
  })
})
