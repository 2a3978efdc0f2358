// How each package is built.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Options } from 'tsup'

const OUT = 'dist'

/** Removes the modules of `parts`: what is left of them only names again what lies in a chunk. */
const removeStubs = (parts: readonly string[]): void => {
  const stubs = parts.map((part) => `${part}.js`)
  for (const name of readdirSync(OUT)) if (stubs.includes(name)) rmSync(join(OUT, name))
}

/** Where a module begins: a file, or a folder with an index. */
const sourceOf = (name: string): string =>
  existsSync(`src/${name}/index.ts`) ? `src/${name}/index.ts` : `src/${name}.ts`

type Plugin = NonNullable<Options['plugins']>[number]

/** A plugin that rewrites the text of what is built. */
const rewrites = (name: string, rewrite: (code: string) => string): Plugin => ({
  name,
  renderChunk: (code, { type }) => (type === 'chunk' ? { code: rewrite(code) } : undefined),
})

/**
 * Each source file has a require of its own for a module, and Node resolves a package anew at each of them:
 * in all, a sixth of the time in which @netfd/net loads. Those after the first take its result.
 */
const requireOnce = rewrites('require-once', (code) => {
  const first = new Map<string, string>()
  return code.replace(
    /^var (\w+) = require\("([^"]+)"\);$/gm,
    (all, name: string, from: string) => {
      const same = first.get(from)
      if (same !== undefined) return `var ${name} = ${same};`
      first.set(from, name)
      return all
    },
  )
})

/**
 * For Node alone: an import of a builtin makes all of its exports first, and for `util` alone loads eight
 * modules for them. Asked for as CommonJS would, it gives the names that are wanted. They come first in the
 * file, as imports do.
 */
const builtinsByName = rewrites('builtins-by-name', (code) => {
  const taken: string[] = []
  const rest = code.replace(
    /^import \{([^}]+)\} from "([^"@.]+)";\n/gm,
    (_, names: string, from: string) => {
      const wanted = names.replaceAll(' as ', ': ')
      taken.push(
        `var {${wanted}} = process.getBuiltinModule("node:${from.replace('node:', '')}");\n`,
      )
      return ''
    },
  )
  return taken.join('') + rest
})

type EsbuildPlugin = NonNullable<Options['esbuildPlugins']>[number]

const SYSCALL = '../syscall/src'
const CORE = '@netfd/syscall/internal'

/** What the core of @netfd/syscall exports: its modules, and the names that each gives. */
const coreExports = (): [names: string, module: string][] => {
  const text = readFileSync(join(SYSCALL, 'internal.ts'), 'utf8')
  return [...text.matchAll(/^export (\{[^}]+\}) from '\.\/(.+)\.js'$/gm)].map(
    ([, names = '', module = '']) => [names, module],
  )
}

/** Has an entry of @netfd/syscall take from the core what is in it. */
const fromCore = (extension: string): EsbuildPlugin => ({
  name: 'from-core',
  setup: ({ onResolve }) => {
    const modules = coreExports().map(([, module]) => module)
    onResolve({ filter: new RegExp(`^\\./(${modules.join('|')})\\.js$`) }, () => ({
      path: `./internal.${extension}`,
      external: true,
    }))
  },
})

/**
 * Has a module that imports @netfd/syscall load the core of it alone. Constants, which are half of the
 * package, are numbers: each module gets those that it names.
 */
const overCore: EsbuildPlugin = {
  name: 'over-core',
  setup: ({ onLoad, onResolve }) => {
    const constants = readFileSync(join(SYSCALL, 'constants.ts'), 'utf8')
    const numbers = [...constants.matchAll(/^export const ([A-Z]\w*) = /gm)].map(([, name]) => name)
    const core = coreExports().map(([names]) => `export ${names} from '${CORE}'\n`)
    onResolve({ filter: /^@netfd\/syscall$/ }, ({ path }) => ({
      path,
      namespace: 'core',
      sideEffects: false,
    }))
    onLoad({ filter: /./, namespace: 'core' }, () => ({
      contents: `export { ${numbers.join()} } from './constants.ts'\n${core.join('')}`,
      resolveDir: SYSCALL,
    }))
  },
}

/**
 * What the entries of a call, as Node loads them, are to the core of @netfd/syscall: it itself, which no
 * bundler asks for, the entries beside it, or a module of another package over it.
 */
type Core = 'itself' | 'beside' | 'over'

/** How Node's files are built, but for what goes into them. */
const node = (format: 'esm' | 'cjs', core: Core | undefined): Options => ({
  format,
  // What entries share is in the core, not in chunks. Tsup splits CommonJS by a second compiler besides, which
  // takes a field of a class for the export of that name, and sets it to null.
  splitting: format === 'esm' && core !== 'beside',
  plugins: [format === 'esm' ? builtinsByName : requireOnce],
  noExternal: core === 'over' ? [/^@netfd\/syscall$/] : [],
  esbuildPlugins: [
    ...(core === 'over' ? [overCore] : []),
    ...(core === 'beside' ? [fromCore(format === 'esm' ? 'js' : 'cjs')] : []),
  ],
})

/** How a module uses the rest of its package: by a name, of which `source` is the source. */
interface Own {
  readonly name: string
  readonly source: string
  /** More of its entries that the module uses, by their names, and their sources. */
  readonly more?: Readonly<Record<string, string>>
  /** Whether its types are its own, and leave out what is marked @internal; else they name the others. */
  readonly face?: boolean
}

/**
 * The builds of one package, to be run in its folder. `entries` are its public modules. Node loads one file
 * for each, for every file more is a millisecond of every start. A bundler, which asks for the condition
 * `module`, gets `parts`: modules that a program may want alone, with what several share in chunks, for a
 * bundler that meets `sideEffects: false` leaves out whole files only.
 *
 * Entries of one call share what both need. A module that uses the package by its own `name`, as a user
 * would, shares it through that name: it is a call of its own.
 *
 * Of @netfd/syscall, Node loads a part alone for the other two packages: see `Core`.
 */
export const builds = (
  entries: readonly string[],
  parts: readonly string[],
  own?: Own,
  core?: Core,
): Options[] => {
  const sources = Object.fromEntries(entries.map((entry) => [entry, sourceOf(entry)]))
  // Without `clean`: the builds run side by side and would remove each other's files.
  // Without maps: they would hold the sources once more, and the folder that they were built in.
  const used = own === undefined ? {} : { [own.name]: own.source, ...own.more }
  const external = Object.keys(used)
  const common: Options = { outDir: OUT, target: 'node20', splitting: true, external }
  const paths = Object.fromEntries(Object.entries(used).map(([entry, path]) => [entry, [path]]))
  const face = own?.face === true
  const whole = entries.map((entry) => [`${entry}.parts`, sourceOf(entry)])
  const single = parts.map((part) => [`${part}.part`, `src/${part}.ts`])
  // The other packages are bundled with the core's own modules, of which each then exists once as well.
  const inner = [['internal.parts', 'src/internal.ts']]
  const inParts: Options = {
    ...common,
    entry: Object.fromEntries([...whole, ...single, ...(core === 'beside' ? inner : [])]),
    format: 'esm',
    // Under names of their own: Node's build has a chunk of the same name, in which builtins are asked for in
    // another way, and the one that is done last would win.
    esbuildOptions: (options) => {
      options.chunkNames = '[name]-[hash].parts'
    },
    onSuccess: async () => removeStubs(parts.map((name) => `${name}.part`)),
  }
  return [
    ...(core === 'itself' ? [] : [inParts]),
    { ...common, ...node('esm', core), entry: sources },
    {
      ...common,
      ...node('cjs', core),
      entry: sources,
      // Not tsup's shim, which takes a program with a `document` for a browser: jest-jsdom has one, and
      // the renderer of Electron. What reads import.meta.url asks for __filename first.
      define: { 'import.meta.url': 'undefined' },
    },
    {
      ...common,
      entry: sources,
      format: ['esm', 'cjs'],
      external: face ? [] : external,
      // A declaration that is not built yet is read from the sources.
      dts: {
        only: true,
        compilerOptions: { ignoreDeprecations: '6.0', paths, stripInternal: face },
      },
    },
  ]
}

/**
 * A module that another of the package loads by its path, and only where it needs it. Nothing is shared with it.
 */
export const apart = (name: string, source: string): Options => ({
  outDir: OUT,
  target: 'node20',
  entry: { [name]: source },
  format: 'cjs',
  plugins: [requireOnce],
})
