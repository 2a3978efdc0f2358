import { defineConfig } from 'tsup'
import { builds } from '../../tools/tsup.js'

// What is in the other two is in this one, which @netfd/net loads alone.
const whole = { name: '@netfd/poll/internal', source: './src/internal.ts' }

export default defineConfig([
  ...builds(['internal'], ['errors', 'fd', 'fd-mutex', 'op-pour', 'op-batch'], undefined, 'over'),
  ...builds(['index'], [], { ...whole, face: true }),
  ...builds(['testing'], [], { ...whole, face: true }),
])
