import { ensureWeb } from './build.ts';
import { ensureClient } from './generate-client.ts';

// The main job in one command: whatever is not made yet is made, then the server runs in this process.
await ensureClient();
await ensureWeb();
await import('../server/main.ts');
