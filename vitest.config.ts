import { defineConfig } from 'vitest/config'

const setup = new URL('./test/setup.ts', import.meta.url).pathname

// Tests lie beside the sources and, where they cross files, in test/.
const beside = ['src/**/*.test.ts', 'test/**/*.test.ts']

const projects = [
  { name: 'syscall', root: 'packages/syscall', include: beside },
  { name: 'poll', root: 'packages/poll', include: beside },
  { name: 'net', root: 'packages/net', include: beside },
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
