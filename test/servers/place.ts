// Where a server runs: on loopback, or in a network namespace at the far end of a cable that can be pulled.
import { execFileSync } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { processGone } from './left.js'

export interface Place extends Disposable {
  /** The namespace, or an empty text. */
  readonly name: string
  /** The server's address. */
  readonly address: string
  /** A second address of the same server, by which a test tells connections apart. */
  readonly other: string
  /** A port on which nothing listens, or 0 for one of the system's choice. */
  readonly port: (usual: number) => number
  /** The command line that runs a command there. */
  exec(...command: string[]): string[]
}

/** This machine's own loopback, for a user who may not make namespaces. */
export const loopback: Place = {
  name: '',
  address: '127.0.0.1',
  other: '127.0.0.2',
  port: () => 0,
  exec: (...command) => command,
  [Symbol.dispose]: () => undefined,
}

const ip = (...args: string[]): string =>
  execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** Device names have 15 characters at most. */
const NEAR = /^nfd(\d+)n\d+/

let made = 0

/** The far end of a cable: servers there are reached from this namespace by way of a veth pair. */
export class FarEnd implements Place {
  readonly name: string
  readonly address: string
  readonly other: string
  readonly #near: string

  private constructor(subnet: Subnet, near: string) {
    this.address = subnet(2)
    this.other = subnet(3)
    this.#near = near
    this.name = `netfd-servers-${near}`
  }

  /** Lays the cable. Takes root and iproute2. */
  static lay(): FarEnd {
    sweep()
    const subnet = freeSubnet()
    const end = new FarEnd(subnet, `nfd${process.pid}n${made++}`)
    try {
      end.#lay(subnet(1))
      return end
    } catch (error) {
      end[Symbol.dispose]()
      throw error
    }
  }

  #lay(own: string): void {
    const near = this.#near
    ip('netns', 'add', this.name)
    ip('link', 'add', near, 'type', 'veth', 'peer', 'name', 'far', 'netns', this.name)
    ip('address', 'add', `${own}/29`, 'dev', near)
    ip('link', 'set', near, 'up')
    this.#ip('link', 'set', 'lo', 'up')
    this.#ip('link', 'set', 'far', 'up')
    for (const address of [this.address, this.other]) {
      this.#ip('address', 'add', `${address}/29`, 'dev', 'far')
    }
    const [{ address: mac }] = JSON.parse(this.#ip('-j', 'link', 'show', 'dev', 'far'))
    for (const address of [this.address, this.other]) {
      // With a neighbour that must be looked for, a pulled cable would end in EHOSTUNREACH.
      ip('neigh', 'replace', address, 'lladdr', mac, 'dev', near, 'nud', 'permanent')
    }
  }

  /** Nothing else listens in a namespace of one's own. */
  readonly port = (usual: number): number => usual

  exec(...command: string[]): string[] {
    return ['ip', 'netns', 'exec', this.name, ...command]
  }

  /** Pulls the plug at the far end: what is sent from now on is lost without a word. */
  pull(): void {
    this.#ip('link', 'set', 'far', 'down')
  }

  /** Plugs it in again. */
  plug(): void {
    this.#ip('link', 'set', 'far', 'up')
  }

  [Symbol.dispose](): void {
    // The pair goes with either end. One that was never made cannot be deleted.
    attempt('link', 'delete', this.#near)
    attempt('netns', 'delete', this.name)
  }

  #ip(...args: string[]): string {
    return ip('-n', this.name, ...args)
  }
}

function attempt(...args: string[]): void {
  try {
    ip(...args)
  } catch {
    // It is not there any more, which was wanted.
  }
}

const SUBNETS = 2 ** 14

/** The addresses of a network of eight, by number. */
type Subnet = (host: number) => string

/** One that is free, in what RFC 2544 leaves to tests. */
function freeSubnet(): Subnet {
  const taken = new Set(
    Object.values(networkInterfaces())
      .flat()
      .map((info) => info?.address),
  )
  for (let i = 0; i < SUBNETS; i++) {
    const at = ((process.pid + made + i) % SUBNETS) * 8
    const subnet: Subnet = (host) =>
      `198.${18 + (at >> 16)}.${(at >> 8) & 255}.${(at & 255) + host}`
    if (!taken.has(subnet(1))) return subnet
  }
  throw new Error('no free network in 198.18.0.0/15')
}

/** Removes the cables of runs that were killed. */
function sweep(): void {
  for (const name of Object.keys(networkInterfaces())) {
    const [, pid] = NEAR.exec(name) ?? []
    if (pid !== undefined && processGone(Number(pid))) attempt('link', 'delete', name)
  }
  for (const line of ip('netns', 'list').split('\n')) {
    const [name, pid] = /^netfd-servers-nfd(\d+)n\d+/.exec(line) ?? []
    if (name !== undefined && processGone(Number(pid))) attempt('netns', 'delete', name)
  }
}

/** Whether cables can be laid here. */
export const canLay = ((): boolean => {
  if (process.getuid?.() !== 0) return false
  try {
    FarEnd.lay()[Symbol.dispose]()
    return true
  } catch {
    // A container that keeps root from it: that is the answer.
    return false
  }
})()
