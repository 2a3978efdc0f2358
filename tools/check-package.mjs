#!/usr/bin/env node
// Packs the packages that are named, or all, and fails if what a user would install is not right: files
// that are missing or do not belong, exports that publint or "are the types wrong" refuse, more bytes than
// tools/sizes.json says. With --record it writes the sizes there.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { linkProblems, pack, scratch } from './pack.mjs'
import { isMain, manifest, packages, report } from './packages.mjs'
import { root, tool } from './step.mjs'

/** Files that every package must bring. */
const REQUIRED = ['LICENSE', 'README.md', 'package.json']

/** Files that a user has no use for. */
const UNWANTED =
  /\.test\.|\.tsbuildinfo$|\.[cm]?[jt]s\.map$|^(src|test|scripts|build[^/]*|native\/build|node_modules|\.turbo)\//

/** Where it lies package managers run node-gyp, unasked: it has to be in a folder. */
const ROOT_GYP = 'binding.gyp'

/** What a package with prebuilt addons must bring: one for each CPU, and what a build needs. */
const ADDON = [
  'prebuilds/linux-x64/syscall.node',
  'prebuilds/linux-arm64/syscall.node',
  'native/binding.gyp',
  'native/addon.cc',
]

/** Every reason why a list of packed files is not what the manifest promises.
 * @param {readonly string[]} files
 * @param {{ exports?: unknown, main?: string, types?: string, files?: string[] }} manifest
 */
export const problems = (files, manifest) => {
  const exported = JSON.stringify([manifest.exports, manifest.main, manifest.types])
  const promised = [...exported.matchAll(/"\.\/([^"*]+\.\w+)"/g)].map((m) => m[1] ?? '')
  const addon = manifest.files?.includes('prebuilds') ? ADDON : []
  const wanted = new Set([...REQUIRED, ...promised, ...addon])
  return [
    ...[...wanted].filter((path) => !files.includes(path)).map((path) => `${path} is missing`),
    ...files.filter((path) => UNWANTED.test(path)).map((path) => `${path} does not belong there`),
    ...(files.includes(ROOT_GYP) ? [`${ROOT_GYP} makes every package manager run node-gyp`] : []),
  ]
}

/** How much larger than recorded a tarball may be. */
const GROWTH = 1.1

/** The sentence for a tarball that has grown too much, or whose size is not recorded.
 * @param {string} name of the package
 * @param {number} size
 * @param {Readonly<Record<string, number>>} recorded
 */
export const sizeProblems = (name, size, recorded) => {
  const before = recorded[name]
  if (before !== undefined && size <= before * GROWTH) return []
  const was = before === undefined ? 'is not in tools/sizes.json' : `was ${before} bytes packed`
  return [
    `${name} ${was} and now has ${size}: node tools/check-package.mjs --record, if that is meant`,
  ]
}

/** @param {string} name @param {string[]} args */
const judge = (name, args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  return status === 0 ? [] : [`${name}:\n${stdout}${stderr}`]
}

const SIZES = new URL('sizes.json', import.meta.url)

/** Everything that is wrong with one package.
 * @param {string} name
 * @param {boolean} record
 */
const check = (name, record) => {
  const { stage, tarball, files, size } = pack(join(root, 'packages', name), scratch())
  const own = manifest(root, name)
  const recorded = JSON.parse(readFileSync(SIZES, 'utf8'))
  if (record) {
    recorded[own.name] = size
    writeFileSync(SIZES, `${JSON.stringify(recorded, null, 2)}\n`)
  }
  console.log(`${own.name}: ${files.length} files, ${size} bytes packed`)
  return [
    ...problems(files, own),
    ...linkProblems(files, (path) => readFileSync(join(stage, path), 'utf8')),
    ...sizeProblems(own.name, size, recorded),
    ...judge('publint', [tool('publint/src/cli.js'), tarball, '--strict']),
    ...judge('attw', [
      tool('@arethetypeswrong/cli/dist/index.js'),
      ...[tarball, '--profile', 'node16', '--no-emoji'],
    ]),
  ]
}

if (isMain(import.meta.url)) {
  const args = process.argv.slice(2)
  const named = args.filter((word) => word !== '--record')
  const names = named.length > 0 ? named : packages(root)
  const found = names.flatMap((name) => check(name, args.includes('--record')))
  report(found, `${names.join(', ')}: fit to be published`)
}
