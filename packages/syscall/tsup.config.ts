import { defineConfig } from 'tsup'
import { apart, builds } from '../../tools/tsup.js'

export default defineConfig([
  ...builds(['internal'], [], undefined, 'itself'),
  ...builds(
    ['index', 'raw'],
    ['syscall-error', 'ip', 'sockaddr', 'sockopt', 'tcp-info', 'watch'],
    undefined,
    'beside',
  ),
  apart('host', 'src/host/index.ts'),
])
