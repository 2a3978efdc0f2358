#!/usr/bin/env node
// Packs the package in the current folder and fails if what a user would install is not right:
// files that are missing or do not belong, exports that publint or "are the types wrong" refuse.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMain, report } from './packages.mjs'
import { tool } from './step.mjs'

/** Files that every package must bring. */
const REQUIRED = ['LICENSE', 'README.md', 'package.json']

/** Files that a user has no use for. */
const UNWANTED = /\.test\.|\.tsbuildinfo$|^(src|test|build|node_modules|\.turbo)\//

/** Every reason why a list of packed files is not what the manifest promises.
 * @param {readonly string[]} files
 * @param {{ exports?: unknown, main?: string, types?: string }} manifest
 */
export const problems = (files, manifest) => {
  const exported = JSON.stringify([manifest.exports, manifest.main, manifest.types])
  const promised = [...exported.matchAll(/"\.\/([^"*]+\.\w+)"/g)].map((m) => m[1] ?? '')
  const wanted = new Set([...REQUIRED, ...promised])
  return [
    ...[...wanted].filter((path) => !files.includes(path)).map((path) => `${path} is missing`),
    ...files.filter((path) => UNWANTED.test(path)).map((path) => `${path} does not belong there`),
  ]
}

/** Packs into a folder of its own and answers where, and what is in it.
 * @param {string} dir the package
 * @param {string} into
 */
const pack = (dir, into) => {
  const args = [
    'pack',
    '--json',
    '--ignore-scripts',
    '--loglevel=error',
    '--pack-destination',
    into,
  ]
  const [packed] = JSON.parse(execFileSync('npm', args, { cwd: dir, encoding: 'utf8' }))
  /** @type {{ filename: string, files: { path: string }[], size: number }} */
  const { filename, files, size } = packed
  return { tarball: join(into, filename), files: files.map(({ path }) => path), size }
}

/** @param {string} name @param {string[]} args */
const judge = (name, args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return status === 0 ? [] : [`${name}:\n${stdout}${stderr}`]
}

if (isMain(import.meta.url)) {
  const dir = process.cwd()
  const into = mkdtempSync(join(tmpdir(), 'netfd-pack-'))
  try {
    const { tarball, files, size } = pack(dir, into)
    const manifest = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'))
    const found = [
      ...problems(files, manifest),
      ...judge('publint', [tool('publint/src/cli.js'), tarball, '--strict']),
      ...judge('attw', [
        tool('@arethetypeswrong/cli/dist/index.js'),
        ...[tarball, '--profile', 'node16', '--no-emoji'],
      ]),
    ]
    report(found, `${manifest.name}: ${files.length} files, ${size} bytes packed`)
  } finally {
    rmSync(into, { recursive: true })
  }
}
