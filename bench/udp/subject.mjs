// @ts-check
// What the subjects in JavaScript share: a subject warms up, measures, and prints its CPU time a packet.

// A burst is one trip through the sources: V8 has compiled them after some thousands.
const WARM_UP = 2000
let began = 0
let cpuBegan = 0
let moved = 0

const cpu = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** Counts packets: false when the time is over, and the result is printed.
 * @param {number} n @param {number} seconds
 */
export const count = (n, seconds) => {
  const t = performance.now()
  if (began === 0) began = t
  if (cpuBegan === 0 && t - began >= WARM_UP) {
    cpuBegan = cpu()
    moved = 0
    return true
  }
  moved += n
  if (cpuBegan === 0 || t - began < WARM_UP + seconds * 1000) return true
  console.log(JSON.stringify({ us: (cpu() - cpuBegan) / moved, packets: moved }))
  return false
}

const [kind = '', variant = '', size = '64', seconds = '1', port = '0'] = process.argv.slice(2)

/** What the runner has asked for. */
export const wanted = {
  kind,
  variant,
  size: Number(size),
  seconds: Number(seconds),
  port: Number(port),
}
