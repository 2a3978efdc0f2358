import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/*.ts', '!src/*.test.ts'],
  format: ['esm'],
  target: 'node20',
  sourcemap: true,
  clean: true,
})
