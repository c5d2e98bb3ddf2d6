import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const words = fileURLToPath(new URL('../../internal/words', import.meta.url))
const mock = process.env.ANLING_URL ?? 'http://127.0.0.1:18400'

// An embedded file has no modification time and Go's file server never compresses, so the
// compressed copies are made here, once.
function gzip() {
  return {
    name: 'gzip',
    apply: /** @type {const} */ ('build'),
    writeBundle(/** @type {{dir?: string}} */ out) {
      const dir = out.dir ?? 'dist'
      for (const name of readdirSync(dir, { recursive: true })) {
        const path = join(dir, String(name))
        if (!statSync(path).isFile() || !/\.(js|mjs|css|html|svg|json)$/.test(path)) continue
        writeFileSync(path + '.gz', gzipSync(readFileSync(path), { level: 9 }))
      }
    },
  }
}

export default defineConfig({
  base: '/console/',
  plugins: [svelte(), gzip()],
  worker: { format: 'es' },
  build: { target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 1200, modulePreload: { polyfill: false } },
  server: {
    host: '127.0.0.1',
    port: 18401,
    fs: { allow: ['.', words] },
    proxy: { '/v1': mock, '/demo': mock, '/basemap': mock, '/phones': mock },
  },
  assetsInclude: ['**/*.pmtiles'],
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
})
