import { createCipher } from '../../infra/cipher.ts';
import { createPool } from '../../infra/postgres/pool.ts';
import { createKeyRingRepo } from './key-ring.repo.ts';
import { resealAll } from './reseal.ts';
import { SEALED_COLUMNS } from './sealed-columns.ts';

/** Seals anew like a server and never gets past its first batch: a test kills it there. */
const [url = '', ring = ''] = process.argv.slice(2);
const { current, keys } = JSON.parse(ring) as { current: string; keys: Record<string, string> };
const buffers = Object.entries(keys).map(([id, key]) => [id, Buffer.from(key, 'base64')]);
const repo = createKeyRingRepo(createPool(url, { max: 2 }));
await resealAll({
  current,
  cipher: createCipher({ current, keys: Object.fromEntries(buffers) }),
  columns: SEALED_COLUMNS.map((column) => ({ ...column, batch: 3 })),
  repo: {
    next: repo.next,
    async replace(column, values) {
      await repo.replace(column, values);
      process.stdout.write('batch\n');
      return new Promise(() => setInterval(() => undefined, 60_000));
    },
  },
  onProgress: () => undefined,
  stopped: () => false,
});
