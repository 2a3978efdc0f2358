// How each package is built.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Options } from 'tsup'

const OUT = 'dist'

/** Removes the modules of `parts`: what is left of them only names again what lies in a chunk. */
const removeStubs = (parts: readonly string[]): void => {
  const stubs = parts.map((part) => `${part}.js`)
  for (const name of readdirSync(OUT)) if (stubs.includes(name)) rmSync(join(OUT, name))
}

/**
 * The builds of one package, to be run in its folder. `entries` are its public modules. Node loads one file
 * for each, for every file more is a millisecond of every start. A bundler, which asks for the condition
 * `module`, gets `parts`: modules that a program may want alone, with what several share in chunks, for a
 * bundler that meets `sideEffects: false` leaves out whole files only.
 */
export const builds = (entries: readonly string[], parts: readonly string[]): Options[] => {
  const sources = (names: readonly string[]) => names.map((name) => `src/${name}.ts`)
  // Without `clean`: the builds run side by side and would remove each other's files.
  // Without maps: they would hold the sources once more, and the folder that they were built in.
  const common: Options = { outDir: OUT, target: 'node20', splitting: true }
  const whole = entries.map((name) => [`${name}.parts`, `src/${name}.ts`])
  const single = parts.map((name) => [`${name}.part`, `src/${name}.ts`])
  return [
    { ...common, entry: sources(entries), format: 'esm' },
    {
      ...common,
      entry: Object.fromEntries([...whole, ...single]),
      format: 'esm',
      onSuccess: async () => removeStubs(parts.map((name) => `${name}.part`)),
    },
    {
      ...common,
      entry: sources(entries),
      format: 'cjs',
      // tsup splits CommonJS by a second compiler, which takes a field of a class for the export of that
      // name, and sets it to null. Only what shares its state between entries needs to be split.
      splitting: entries.length > 1,
      // Not tsup's shim, which takes a program with a `document` for a browser: jest-jsdom has one, and
      // the renderer of Electron. What reads import.meta.url asks for __filename first.
      define: { 'import.meta.url': 'undefined' },
    },
    {
      ...common,
      entry: sources(entries),
      format: ['esm', 'cjs'],
      dts: { only: true, compilerOptions: { ignoreDeprecations: '6.0' } },
    },
  ]
}
