#!/usr/bin/env node
// npm run release: builds every binary, packs the three packages, checks the tarballs and publishes them,
// lowest first. With --dry-run it says what it would publish and what is left to do before, and publishes
// nothing; with --versions it only makes versions and changelogs of the changesets: again for those that came
// since, as often as is wanted. Without, it wants NODE_AUTH_TOKEN or the identity of a
// workflow (ACTIONS_ID_TOKEN_REQUEST_URL).
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bootstrap } from './bootstrap.mjs'
import { pack, repositoryURL, scratch } from './pack.mjs'
import { isMain, manifest, packages } from './packages.mjs'
import { root, run, step, tool, turbo } from './step.mjs'

const NO_REPOSITORY =
  'package.json in the root names no repository, and npm publishes no package with --provenance that names none: ' +
  'add "repository": { "type": "git", "url": "git+https://…" } there, and each package gets it when it is packed'

/** A sentence for what forbids to publish, or null.
 * @typedef {{ dryRun: boolean, env: NodeJS.ProcessEnv, versions: readonly string[], pending: number, repository: string }} Release
 * @param {Release} release
 */
export const refusal = ({ dryRun, env, versions, pending, repository }) => {
  if (dryRun) return null
  if (repository === '') return NO_REPOSITORY
  const known = [env.NODE_AUTH_TOKEN, env.ACTIONS_ID_TOKEN_REQUEST_URL]
  if (!known.some(Boolean)) {
    return 'There is no token in the environment. To see what would be published: npm run release -- --dry-run'
  }
  if (pending > 0) {
    return `${pending} changesets have not become versions yet: npm run release -- --versions`
  }
  if (versions.includes('0.0.0')) return 'A package still has the version 0.0.0'
  return null
}

/** What a dry run leaves to the maintainer, a line each, the last one the command itself.
 * @param {Release} release
 */
export const remaining = (release) => {
  const { repository } = release
  const given = { dryRun: false, env: { NODE_AUTH_TOKEN: 'given' }, repository: 'given' }
  const versioned = refusal({ ...release, ...given })
  const steps = [
    ...(versioned === null ? [] : [`${versioned}, and commit what it writes`]),
    ...(repository === '' ? [NO_REPOSITORY] : []),
  ]
  const last = 'npm run release, with NODE_AUTH_TOKEN or in a workflow with id-token: write'
  if (steps.length === 0) return [`Nothing is left to do but publish: ${last}`]
  return [
    'Left to do before it is published:',
    ...steps.map((text) => `  ${text}`),
    `Then: ${last}`,
  ]
}

/** How many changesets wait: those that were made versions are gone, committed or not. */
const pendingChangesets = async () => {
  const { output } = await run('git', ['ls-files', '.changeset/*.md', ':!.changeset/README.md'])
  return output.split('\n').filter((line) => line !== '' && existsSync(join(root, line))).length
}

const release = async () => {
  const dryRun = process.argv.includes('--dry-run')
  const names = packages(root)
  const versions = names.map((name) => manifest(root, name).version)
  const pending = await pendingChangesets()
  const repository = repositoryURL(
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).repository,
  )
  const state = { dryRun, env: process.env, versions, pending, repository }
  const no = refusal(state)
  if (no !== null) return fail(no)
  if (!(await turbo('build every package and binary', ['build', 'build:prebuilds', '--force']))) {
    return fail('the build failed')
  }
  if (!(await step('check the packages', process.execPath, ['tools/check-package.mjs']))) {
    return fail('a package is not fit to be published')
  }
  if (!(await step('use them as a stranger would', process.execPath, ['test/stranger/run.mjs']))) {
    return fail('a stranger could not use them')
  }
  const into = scratch()
  for (const name of names) {
    const { tarball, files, size, unpackedSize } = pack(join(root, 'packages', name), into)
    const { name: full, version } = manifest(root, name)
    const what = `${full}@${version}: ${files.length} files, ${size} bytes packed, ${unpackedSize} unpacked`
    console.log(`${dryRun ? 'would publish' : 'publishing'} ${what}`)
    for (const path of files) console.log(`  ${path}`)
    if (dryRun) continue
    const args = ['publish', tarball, '--access', 'public', '--provenance']
    if (!(await step(`publish ${full}@${version}`, 'npm', args))) return fail('npm refused')
  }
  if (dryRun) for (const line of remaining(state)) console.log(line)
}

/** @param {string} sentence */
const fail = (sentence) => {
  console.error(sentence)
  process.exitCode = 1
}

const versions = async () =>
  (await step('versions', process.execPath, [tool('@changesets/cli/bin.js'), 'version'])) &&
  (await step('lock file', 'npm', ['install', '--package-lock-only', '--ignore-scripts']))

if (isMain(import.meta.url)) {
  await bootstrap()
  if (!process.argv.includes('--versions')) await release()
  else if (!(await versions())) process.exitCode = 1
}
