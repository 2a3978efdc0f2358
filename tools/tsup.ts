// How each package is built.
import { existsSync, readdirSync, rmSync } from 'node:fs'
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
 */
export const builds = (
  entries: readonly string[],
  parts: readonly string[],
  own?: Own,
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
  return [
    { ...common, entry: sources, format: 'esm', plugins: [builtinsByName] },
    {
      ...common,
      entry: Object.fromEntries([...whole, ...single]),
      format: 'esm',
      onSuccess: async () => removeStubs(parts.map((name) => `${name}.part`)),
    },
    {
      ...common,
      entry: sources,
      format: 'cjs',
      plugins: [requireOnce],
      // tsup splits CommonJS by a second compiler, which takes a field of a class for the export of that
      // name, and sets it to null. Only what shares its state between entries needs to be split.
      splitting: entries.length > 1,
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
