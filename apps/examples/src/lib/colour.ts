// Colour for people only: a pipe, a file, NO_COLOR and TERM=dumb get plain text.
import { styleText } from 'node:util'

/** A function per meaning, so that the examples never name a colour. */
export interface Paint {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly title: (text: string) => string
  readonly dim: (text: string) => string
}

/** The paint for a stream. Only a terminal has `hasColors`, which knows the environment too. */
export function paintFor(stream: { hasColors?: () => boolean }): Paint {
  const plain = (text: string) => text
  if (stream.hasColors?.() !== true) {
    return { good: plain, bad: plain, title: plain, dim: plain }
  }
  // The check is made already: the terminal may be another one than process.stdout.
  const as = (format: Parameters<typeof styleText>[0]) => (text: string) =>
    styleText(format, text, { validateStream: false })
  return { good: as('green'), bad: as('red'), title: as('bold'), dim: as('dim') }
}

/** The paint for what this program prints. */
export const paint = paintFor(process.stdout)
