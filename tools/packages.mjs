// The published packages, lowest first, and their files: what the checks have in common.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const LAYERS = ['syscall', 'poll', 'net']

/** The packages of a checkout that exist, lowest first.
 * @param {string} dir the checkout
 */
export const packages = (dir) =>
  LAYERS.filter((name) => existsSync(join(dir, 'packages', name, 'package.json')))

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {unknown} [exports]
 * @property {string} [main]
 * @property {string} [types]
 * @property {string[]} [files]
 */

/** @param {string} dir @param {string} name @returns {Manifest} */
export const manifest = (dir, name) =>
  JSON.parse(readFileSync(join(dir, 'packages', name, 'package.json'), 'utf8'))

/** Every file below a folder whose name matches, in a stable order; none if there is no folder.
 * @param {string} folder
 * @param {RegExp} pattern
 */
export const filesBelow = (folder, pattern) =>
  (existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [])
    .filter((entry) => !entry.isDirectory() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

/** Whether a module is the program that was started, and not imported by another.
 * @param {string} url its import.meta.url
 */
export const isMain = (url) => pathToFileURL(process.argv[1] ?? '').href === url

/** Prints the problems and sets the exit code; prints `good` if there are none.
 * @param {readonly string[]} problems
 * @param {string} good
 */
export const report = (problems, good) => {
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exitCode = 1
  else console.log(good)
}
