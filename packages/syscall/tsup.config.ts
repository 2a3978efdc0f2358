import { defineConfig } from 'tsup'
import { builds } from '../../tools/tsup.js'

export default defineConfig(
  builds(['index', 'raw'], ['syscall-error', 'ip', 'sockaddr', 'sockopt', 'tcp-info', 'watch']),
)
