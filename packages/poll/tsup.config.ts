import { defineConfig } from 'tsup'
import { builds } from '../../tools/tsup.js'

export default defineConfig(builds(['index'], ['errors', 'fd', 'fd-mutex']))
