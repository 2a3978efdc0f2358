// Numbers as people read them.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** 1536 is '1.5 KiB'. */
export function bytes(n: number): string {
  let unit = 0
  let value = n
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

/** Milliseconds with as many digits as mean something: 0.42 ms, 7.3 ms, 180 ms, 2.4 s. */
export function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(1)} s`
  return `${ms < 100 ? Number(ms.toPrecision(2)) : ms.toFixed(0)} ms`
}

/** '1 port', '2 ports'. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
