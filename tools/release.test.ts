import { expect, it } from 'vitest'
import { refusal, remaining } from './release.mjs'

const ready = {
  dryRun: false,
  env: { NODE_AUTH_TOKEN: 'secret' },
  versions: ['1.0.0'],
  pending: 0,
  repository: 'git+https://example.org/netfd.git',
}

it('publishes with a token, versions and no changeset left', () => {
  expect(refusal(ready)).toBeNull()
  expect(refusal({ ...ready, env: { ACTIONS_ID_TOKEN_REQUEST_URL: 'https://x' } })).toBeNull()
})

it('lets a dry run begin whatever is missing', () => {
  expect(
    refusal({ dryRun: true, env: {}, versions: ['0.0.0'], pending: 3, repository: '' }),
  ).toBeNull()
})

it.each([
  ['without a token', { env: {} }, 'no token'],
  ['with an empty token', { env: { NODE_AUTH_TOKEN: '' } }, 'no token'],
  ['with changesets that wait', { pending: 2 }, '2 changesets'],
  ['while the root names no repository', { repository: '' }, 'names no repository'],
  ['of a package that has no version', { versions: ['1.0.0', '0.0.0'] }, '0.0.0'],
])('refuses to publish %s', (_, changed, expected) => {
  expect(refusal({ ...ready, ...changed })).toContain(expected)
})

it('ends a dry run with nothing to do but publish', () => {
  const [line, ...more] = remaining({ ...ready, dryRun: true, env: {} })
  expect(line).toMatch(/^Nothing is left to do but publish: npm run release/)
  expect(more).toEqual([])
})

it('ends a dry run with the address of the repository, where only that is missing', () => {
  const lines = remaining({ ...ready, dryRun: true, env: {}, repository: '' })
  expect(lines).toHaveLength(3)
  expect(lines[1]).toContain('names no repository')
  expect(lines[2]).toMatch(/^Then: npm run release/)
})

it('ends a dry run with the command that makes versions, while changesets wait', () => {
  const lines = remaining({
    ...ready,
    dryRun: true,
    pending: 2,
    versions: ['0.0.0'],
    repository: '',
  })
  expect(lines).toHaveLength(4)
  expect(lines[1]).toContain('npm run release -- --versions')
})
