import { defineConfig } from 'tsup'
import { builds } from '../../tools/tsup.js'

const OWN = { name: '@netfd/net', source: './src/index.ts' }

export default defineConfig([
  ...builds(
    ['index'],
    ['errors', 'ipsock', 'tcpaddr', 'dial', 'listen', 'file', 'resolve', 'pipe'],
    undefined,
    'over',
  ),
  ...builds(['bufio'], [], OWN),
  ...builds(['node'], [], OWN),
  ...builds(['web'], [], { ...OWN, more: { '@netfd/net/node': './src/node/index.ts' } }),
])
