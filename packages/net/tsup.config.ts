import { defineConfig } from 'tsup'
import { builds } from '../../tools/tsup.js'

export default defineConfig([
  ...builds(
    ['index'],
    ['errors', 'ipsock', 'tcpaddr', 'dial', 'listen', 'file', 'resolve', 'pipe'],
  ),
  ...builds(['node'], [], { name: '@netfd/net', source: './src/index.ts' }),
])
