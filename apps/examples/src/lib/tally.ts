// How fast replies come.
import { Histogram, sparkline } from './chart.js'
import { paint } from './colour.js'
import { Screen } from './screen.js'
import { duration } from './units.js'

/** How often the line of the rate is drawn, in ms, and how many rates its curve shows. */
const LOOK = 250
const CURVE = 40

/** A pipeline's replies: a curve of their rate while they come, and the times at the end. */
export class Tally {
  readonly #n: number
  readonly #screen = new Screen()
  readonly #times = new Histogram()
  readonly #rates: number[] = []
  readonly #start = performance.now()
  #before = { done: 0, at: this.#start }
  #done = 0

  /** Of `n` commands at a time. */
  constructor(n: number) {
    this.#n = n
  }

  /** The replies of a batch have come, which was sent so many ms ago. */
  add(took: number): void {
    this.#times.add(took)
    this.#done += this.#n
    const since = performance.now() - this.#before.at
    if (since < LOOK) return
    const rate = ((this.#done - this.#before.done) * 1000) / since
    this.#rates.push(rate)
    const curve = sparkline(this.#rates.slice(-CURVE))
    this.#screen.draw(`${curve} ${whole(rate)}/s, ${this.#n} in ${duration(took)}`)
    this.#before = { done: this.#done, at: performance.now() }
  }

  /** All of it: how many, how fast, and how long a batch took. */
  print(): void {
    const took = performance.now() - this.#start
    const all = `${whole(this.#done)} replies in ${duration(took)}`
    const rate = whole((this.#done * 1000) / took)
    console.log(paint.title(`${all}, ${rate}/s; ${this.#n} at a time took`))
    console.log(this.#times.lines(duration).join('\n'))
  }
}

const whole = (n: number): string => Math.round(n).toLocaleString('en')
