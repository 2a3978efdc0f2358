// Two network namespaces with a cable between them, where what loopback cannot do can happen.
import { execFileSync } from 'node:child_process'
import { onTestFinished } from 'vitest'
import { installed } from './program.js'

const ip = (...args: string[]): void => {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}

/**
 * Whether namespaces can be made: it takes iproute2 (Debian: apt-get install iproute2), root, and a
 * container that leaves root its rights.
 */
export const canMakeNamespaces = ((): boolean => {
  if (process.getuid?.() !== 0 || !installed('ip')) return false
  const name = `netfd-${process.pid}-probe`
  try {
    ip('netns', 'add', name)
    ip('netns', 'del', name)
    return true
  } catch {
    // Told so by its exit code: that is the answer.
    return false
  }
})()

let made = 0

/** One end of the cable. */
export class Namespace {
  readonly name: string
  readonly device: string

  constructor(name: string, device: string) {
    this.name = name
    this.device = device
  }

  /** Runs `ip` in here. */
  ip(...args: string[]): void {
    ip('-n', this.name, ...args)
  }

  /** A command line that runs in here. */
  exec(...command: string[]): string[] {
    return ['ip', 'netns', 'exec', this.name, ...command]
  }

  /** Has packets sent to an address of the cable's network that no host has. */
  silence(address: string): void {
    const lladdr = '02:00:00:00:00:09'
    this.ip('neigh', 'add', address, 'lladdr', lladdr, 'dev', this.device, 'nud', 'permanent')
  }

  /** Pulls the plug at this end. */
  unplug(): void {
    this.ip('link', 'set', this.device, 'down')
  }
}

/** Two namespaces, 10.77.0.1 with fe80::1 and 10.77.0.2 with fe80::2, which go with the test. */
export function cable(): [Namespace, Namespace] {
  const prefix = `netfd-${process.pid}-${made++}`
  const a = new Namespace(`${prefix}a`, 'va')
  const b = new Namespace(`${prefix}b`, 'vb')
  for (const { name } of [a, b]) {
    ip('netns', 'add', name)
    onTestFinished(() => ip('netns', 'del', name))
  }
  a.ip('link', 'add', a.device, 'type', 'veth', 'peer', 'name', b.device, 'netns', b.name)
  for (const [i, end] of [a, b].entries()) {
    end.ip('link', 'set', end.device, 'addrgenmode', 'none')
    end.ip('addr', 'add', `10.77.0.${i + 1}/24`, 'dev', end.device)
    // Without the check for duplicates the address can be used at once.
    end.ip('addr', 'add', `fe80::${i + 1}/64`, 'dev', end.device, 'nodad')
    end.ip('link', 'set', 'lo', 'up')
    end.ip('link', 'set', end.device, 'up')
  }
  return [a, b]
}
