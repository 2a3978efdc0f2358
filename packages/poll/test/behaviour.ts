// What an FD does whatever tells it about edges: the suites below run over each poller.
import { AF_UNIX } from '@netfd/syscall'
import { beforeEach, describe } from 'vitest'
import type { FD } from '../src/index.js'
import { abortBehaviour } from './behaviour-abort.js'
import { closeBehaviour } from './behaviour-close.js'
import { deadlineBehaviour } from './behaviour-deadline.js'
import { orderBehaviour } from './behaviour-order.js'
import { timeoutBehaviour } from './behaviour-timeout.js'
import { pipePair, tcpPair, unixPair } from './support.js'

/** A descriptor that reads what is written to another. */
export interface Ends {
  readonly r: FD
  readonly w: FD
}

/** Makes connected ends. */
export type MakeEnds = () => Ends

const ends = ([r, w]: [FD, FD]): Ends => ({ r, w })

const KINDS: [name: string, make: MakeEnds][] = [
  ['TCP', () => ends(tcpPair())],
  [`a socketpair (AF_UNIX ${AF_UNIX})`, () => ends(unixPair())],
  ['a pipe', () => ends(pipePair())],
]

/** Runs all suites; `install` puts a poller in place, before each test. */
export function fdBehaviour(poller: string, install: () => void): void {
  describe(`FD on ${poller}`, () => {
    beforeEach(install)
    for (const [name, make] of KINDS) {
      describe(`over ${name}`, () => {
        deadlineBehaviour(make)
        timeoutBehaviour(make)
        closeBehaviour(make)
        abortBehaviour(make)
        orderBehaviour(make)
      })
    }
  })
}
