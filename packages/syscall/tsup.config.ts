import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts', 'src/raw.ts'],
  format: ['esm', 'cjs'],
  target: 'node20',
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
  sourcemap: true,
  clean: true,
  // Both entries share one copy of the loader, in CommonJS too.
  splitting: true,
  // The loader needs import.meta.url, which the CommonJS build lacks without this.
  shims: true,
})
