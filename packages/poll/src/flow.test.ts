import { describe, expect, it } from 'vitest'
import type { Mover } from './flow.js'
import { Flow } from './flow.js'

class Direction implements Mover {
  readonly op = null
  readonly errors: Error[] = []

  ended(error: Error): void {
    this.errors.push(error)
  }
}

describe('a flow', () => {
  it('ends each direction by an error of its own, and those that begin afterwards', () => {
    const flow = new Flow(0)
    const [a, b, late] = [new Direction(), new Direction(), new Direction()]
    flow.join(a)
    flow.join(b)
    flow.end(() => new Error('over'))
    flow.join(late)
    expect([a, b, late].map(({ errors }) => errors.length)).toEqual([1, 1, 1])
    expect(a.errors[0]).not.toBe(b.errors[0])
  })
})
