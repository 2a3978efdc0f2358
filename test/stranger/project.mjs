// Empty projects outside the checkout, with packages installed from their tarballs, as a user has them.
import { copyFileSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../tools/step.mjs'

/** The programs that are put into every project. */
const PROGRAMS = new URL('programs/', import.meta.url)

/** Makes a project and installs tarballs into it; what npm wrote is the problem if it failed, or if it
 * had anything to warn of.
 * @param {string} parent
 * @param {readonly string[]} npm the command
 * @param {readonly string[]} tarballs
 */
export const project = async (parent, npm, tarballs) => {
  const dir = mkdtempSync(join(parent, 'project-'))
  writeFileSync(join(dir, 'package.json'), '{ "private": true }\n')
  for (const name of readdirSync(PROGRAMS)) {
    copyFileSync(new URL(name, PROGRAMS), join(dir, name))
  }
  // Offline: the packages need nothing but each other.
  const flags = ['--ignore-scripts', '--offline', '--no-audit', '--no-fund']
  const [command = 'npm', ...first] = npm
  const args = [...first, 'install', ...flags, ...tarballs]
  const { code, output } = await run(command, args, { cwd: dir })
  const warned = output.split('\n').filter((line) => /^npm (warn|error)/.test(line))
  // Of the user's own settings, not of the packages; npm passes them on to what it runs.
  const ours = warned.filter((line) => !/Unknown (user|env) config/.test(line))
  return { dir, problems: code === 0 && ours.length === 0 ? [] : [output] }
}

/** Runs a program in a project; its output is the problem if it did not end with 0.
 * @param {string} dir
 * @param {readonly string[]} command
 */
export const runIn = async (dir, [program = '', ...args]) => {
  const { code, output } = await run(program, args, { cwd: dir })
  return code === 0 ? [] : [`${[program, ...args].join(' ')} exited with ${code}\n${output}`]
}
