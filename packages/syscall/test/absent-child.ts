// Imports the package on a machine that it has no addon for, and prints what its calls throw.
Object.defineProperty(process, 'arch', { value: 'pdp11' })
Object.assign(process, {
  dlopen: () => {
    throw new Error('wrong machine')
  },
})
const sys = await import('../src/index.js')

const codeOf = (call: () => unknown): string => {
  try {
    return `no error: ${String(call())}`
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

console.log(
  JSON.stringify({
    socket: codeOf(() => sys.socket(2, 1)),
    watch: codeOf(() => sys.watch(0, () => undefined)),
    getOption: codeOf(() => sys.getOption(0, 'noDelay')),
    constant: typeof sys.AF_INET,
    name: sys.errnoName(111),
    ip: sys.formatIP(sys.parseIP('::1') ?? new Uint8Array(4)),
  }),
)
