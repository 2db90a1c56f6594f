import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createServer } from 'vite';
import { ensureClient } from './generate-client.ts';
import { root } from './run.ts';

// The server restarts when its sources change; the console is served by Vite, which passes the
// server's paths on (vite.config.ts). Open Vite's address.
await ensureClient();
const server = spawn(
  process.execPath,
  ['--watch-path=server', '--watch-path=shared', 'server/main.ts'],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PUBLIC_URL: process.env['PUBLIC_URL'] ?? 'http://127.0.0.1:5173' },
  },
);
const vite = await createServer({ configFile: join(root, 'vite.config.ts') });
await vite.listen(5173);
vite.printUrls();

const stop = () => {
  server.kill('SIGTERM');
  void vite.close();
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
server.once('exit', (code) => {
  void vite.close();
  process.exitCode = code ?? 0;
});
