import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env['GATEHOUSE_DEV_SERVER'] ?? 'http://127.0.0.1:3000';
const toServer = { target: server, changeOrigin: false };

export default defineConfig({
  root: 'web',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // NOTE: the content security policy allows no data: scripts or fonts, so nothing is inlined.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules\/(react|react-dom|scheduler)\// },
            {
              name: 'mantine',
              test: /node_modules\/@mantine\/(core|hooks|form|notifications|store)\//,
            },
            { name: 'data', test: /node_modules\/(@trpc|@tanstack|zod|i18next|react-i18next)\// },
          ],
        },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/trpc': toServer,
      '/v1': toServer,
      '/playground/v1': toServer,
      '/healthz': toServer,
      '/usage/export': toServer,
    },
  },
});
