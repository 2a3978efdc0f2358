// @ts-check
// The C programs of native/, compiled when they are needed.
import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'

const FOLDER = new URL('..', import.meta.url).pathname

/** @param {string} path */
const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

/**
 * The path of a program, compiled where its source is newer.
 * @param {string} name of native/NAME.c
 * @param {readonly string[]} [flags] beside those of every program
 * @param {string} [as] its name, where a source has several
 */
export const compiled = (name, flags = [], as = name) => {
  const source = join(FOLDER, 'native', `${name}.c`)
  const program = join(FOLDER, 'build', as)
  if (modified(program) > modified(source)) return program
  mkdirSync(join(FOLDER, 'build'), { recursive: true })
  // Two may do it at once: each renames a whole program.
  const made = `${program}.${process.pid}`
  execFileSync('cc', ['-O2', '-Wall', '-Wextra', '-Werror', ...flags, '-o', made, source])
  renameSync(made, program)
  return program
}
