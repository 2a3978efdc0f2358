// The published packages, lowest first, and their files: what the checks have in common.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Imports go down this list only: each package may use those before it. */
export const LAYERS = ['syscall', 'poll', 'net']

/** The packages of a checkout that exist, lowest first.
 * @param {string} dir the checkout
 */
export const packages = (dir) =>
  LAYERS.filter((name) => existsSync(join(dir, 'packages', name, 'package.json')))

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, unknown>} [exports]
 */

/** @param {string} dir @param {string} name @returns {Manifest} */
export const manifest = (dir, name) =>
  JSON.parse(readFileSync(join(dir, 'packages', name, 'package.json'), 'utf8'))

/** The source behind each public entry, from the package's `exports`.
 * @param {string} dir the checkout
 * @param {string} name of the package
 */
export const entries = (dir, name) => {
  const text = JSON.stringify(manifest(dir, name).exports ?? {})
  const built = [...text.matchAll(/"\.\/dist\/([\w/-]+)\.js"/g)].map((m) => m[1])
  return [...new Set(built)].map((stem) => join(dir, 'packages', name, 'src', `${stem}.ts`))
}

/** Every file below a folder whose name matches, in a stable order; none if there is no folder.
 * @param {string} folder
 * @param {RegExp} pattern
 * @returns {string[]}
 */
export const filesBelow = (folder, pattern) => {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return filesBelow(path, pattern)
      return pattern.test(entry.name) ? [path] : []
    })
}

/** Whether a module is the program that was started, and not imported by another.
 * @param {string} url its import.meta.url
 */
export const isMain = (url) => pathToFileURL(process.argv[1] ?? '').href === url

const SHOWN = 50

/** Prints the problems and sets the exit code; prints `good` if there are none.
 * @param {readonly string[]} problems
 * @param {string} good
 */
export const report = (problems, good) => {
  for (const problem of problems.slice(0, SHOWN)) console.error(problem)
  if (problems.length > SHOWN) console.error(`… and ${problems.length - SHOWN} more`)
  if (problems.length > 0) {
    console.error(`${problems.length} problem${problems.length > 1 ? 's' : ''}`)
    process.exitCode = 1
    return
  }
  console.log(good)
}
