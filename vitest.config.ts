import { defineConfig } from 'vitest/config'
import { LINUX_ONLY } from './test/host/linux-only.js'

const setup = new URL('./test/setup.ts', import.meta.url).pathname

/** Files of tests that look at Linux's kernel itself, and at nothing that the host backend has. */
const linuxOnly = (name: string): string[] =>
  Object.keys(LINUX_ONLY)
    .filter((file) => file.startsWith(`${name}/`))
    .map((file) => file.slice(name.length + 1))

// The same files once more, and tests of its own, over Node's sockets: see test/host/deviations.ts.
const host = {
  env: { NETFD_BACKEND: 'host' },
  setupFiles: [new URL('./test/host/setup.ts', import.meta.url).pathname],
  runner: new URL('./test/host/runner.ts', import.meta.url).pathname,
}

// Tests lie beside the sources and, where they cross files, in test/.
const beside = ['src/**/*.test.ts', 'test/**/*.test.ts']

/** The suite of a package once more on the host backend. */
const hosted = (name: string) => ({
  name: `${name}-host`,
  root: `packages/${name}`,
  include: beside,
  ...host,
  exclude: linuxOnly(name),
})

const projects = [
  { name: 'syscall', root: 'packages/syscall', include: beside },
  { name: 'poll', root: 'packages/poll', include: beside },
  { name: 'net', root: 'packages/net', include: beside },
  hosted('poll'),
  hosted('net'),
  { name: 'host', root: 'test/host', include: ['*.test.ts'], ...host },
  { name: 'examples', root: 'apps/examples', include: beside },
  { name: 'bench', root: 'bench', include: ['lib/**/*.test.ts'] },
  { name: 'tools', root: '.', include: ['tools/*.test.ts', 'test/{,stranger/,attack/}*.test.ts'] },
  {
    ...{ name: 'clients', root: 'test', include: ['{clients,servers}/*.test.ts'] },
    globalSetup: [new URL('./test/clients/global-setup.ts', import.meta.url).pathname],
  },
  // Faults that were found in use, one kind a file: see test/reports/README.md.
  { name: 'reports', root: 'test/reports', include: ['*.test.ts'] },
]

export default defineConfig({
  // npm run docs:serve: the built site, on this machine alone; on another port when that one is taken.
  appType: 'mpa',
  build: { outDir: 'docs/api' },
  preview: { host: '127.0.0.1', port: 8080 },
  resolve: { tsconfigPaths: true },
  test: {
    // A crash of the addon then fails one file and the others still report.
    pool: 'forks',
    setupFiles: [setup],
    // Spreads evenly over slow machines; a test that hangs is reported, none is timed.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: projects.map((test) => ({ extends: true, test })),
  },
})
