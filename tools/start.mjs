#!/usr/bin/env node
// npm start: installs and builds what is missing, then runs the demo.
import { bootstrap } from './bootstrap.mjs'
import { root, run, turbo } from './step.mjs'

await bootstrap()
if (!(await turbo('build', ['build', 'build:native', '--filter=@netfd/examples...']))) {
  process.exit(1)
}
console.log('')
const demo = `${root}apps/examples/dist/demo.js`
const { code } = await run(process.execPath, [demo, ...process.argv.slice(2)], { inherit: true })
process.exitCode = code
