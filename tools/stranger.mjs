// Empty projects outside the checkout, with packages installed from their tarballs, as a user has them.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stagePackage } from './stage.mjs'
import { run } from './step.mjs'

/** The programs that are put into every project. */
const PROGRAMS = new URL('stranger/', import.meta.url)

/** The place of everything; removed when the process ends. */
export const scratch = () => {
  const dir = mkdtempSync(join(tmpdir(), 'netfd-stranger-'))
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** Packs a package as it is published, without running scripts; answers the tarball and what is in it.
 * @param {string} dir the package
 * @param {string} into
 */
export const pack = (dir, into) => {
  const stage = stagePackage(dir, mkdtempSync(join(into, 'stage-')))
  const quiet = ['--json', '--ignore-scripts', '--loglevel=error']
  const args = ['pack', ...quiet, '--pack-destination', into]
  const [packed] = JSON.parse(execFileSync('npm', args, { cwd: stage, encoding: 'utf8' }))
  /** @type {{ filename: string, files: { path: string }[], size: number, unpackedSize: number }} */
  const { filename, files, size, unpackedSize } = packed
  return {
    stage,
    tarball: join(into, filename),
    files: files.map(({ path }) => path),
    size,
    unpackedSize,
  }
}

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
