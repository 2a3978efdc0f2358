// A line that says how a server does, once a second while it runs.
import { Screen } from './screen.js'

const SECOND = 1_000

/** Draws what `view` says each second, where that is new, until the disposal of what it returns. */
export function live(view: () => string): Disposable {
  const screen = new Screen()
  let shown = ''
  const timer = setInterval(() => {
    const now = view()
    // Nothing new is no news; that a flow has stopped is.
    if (now !== shown) screen.draw(now)
    shown = now
  }, SECOND)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
