import { createRequire } from 'node:module'
import { dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Native } from './native.js'

// Not imported: as a module it would bring Node's streams along.
const { existsSync } = process.getBuiltinModule('node:fs')

/**
 * The file of this module. CommonJS has __filename, and no import.meta.url after most bundlers; under
 * `node -e` a global one is '[eval]', which is no file's. A module that a development server hands to an
 * Electron renderer has no file at all, as one in a single executable has none: importing it must not fail.
 */
export function fileOf(filename: unknown, address: () => string | undefined): string {
  if (typeof filename === 'string' && isAbsolute(filename)) return filename
  const url = address()
  return url?.startsWith('file:') ? fileURLToPath(url) : process.execPath
}

// Asked for only where it is needed: what rollup makes of it in CommonJS wants a real `document`.
const address = () => import.meta.url
export const file = fileOf(typeof __filename === 'string' ? __filename : undefined, address)
export const root = join(dirname(file), '..')

/** Where the addon may lie, best first: what was built here, then what the package ships. */
export const places = [
  join(root, 'native', 'build', 'Release', 'syscall.node'),
  join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'syscall.node'),
]

/**
 * Loads the first addon found. Only "no such file" moves on to the next place; an addon that is there
 * and does not load is remembered with its reason.
 */
export function load(candidates: readonly string[]): Native {
  const require = createRequire(file)
  const tried: string[] = []
  for (const path of candidates) {
    try {
      return require(path) as Native
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      tried.push(code === 'MODULE_NOT_FOUND' ? `${path}: not found` : `${path}: ${message}`)
    }
  }
  return absent(tried)
}

/**
 * What helps where there is no addon: a build, or, for a copy of this module in a bundle, which has
 * neither addons nor sources beside it, to leave the package out of the bundle.
 */
export function advice(module: string): string {
  const native = join(dirname(module), '..', 'native')
  return existsSync(join(native, 'binding.gyp'))
    ? 'With a C++ compiler, make and Python, this builds it:\n' +
        `  npx --yes -p node-gyp -p node-addon-api node-gyp rebuild --directory="${native}"`
    : `${module} is a bundle with @netfd/syscall in it, and the addon lies in that package: ` +
        "leave it out of the bundle (external: ['@netfd/syscall']) and install it where the bundle runs."
}

/** Stands in for what did not load, so that importing never throws; the first call says what was tried. */
export function absent(tried: readonly string[], what = 'addon'): Native {
  const fail = (): never => {
    const error = new Error(
      `@netfd/syscall has no ${what} that loads on ${process.platform}-${process.arch} ` +
        `(Node ${process.versions.node}). Tried:\n  ${tried.join('\n  ')}\n` +
        `The addon runs on Linux, x64 and arm64. ${advice(file)}`,
    )
    throw Object.assign(error, { code: 'ERR_NO_ADDON' })
  }
  return new Proxy({} as Native, { get: () => fail })
}

/** The addon of this environment. */
export const native: Native = load(places)
