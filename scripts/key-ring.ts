import type { KeyRingService } from '#server/features/key-ring/index.ts';
import { ensureClient } from './generate-client.ts';

const USAGE = `npm run key-ring -- status | add | use ID | reseal | retire ID

  status     keys, what each has sealed, and which servers know it
  add        makes a key that opens only (where the ring is in secrets.json)
  use ID     seals with this key from now on; every server has to know it
  reseal     seals everything with the current key; may be stopped and begun again
  retire ID  takes a key away that nothing is sealed with any more`;

const CALLER = { actor: { id: null, name: 'npm run key-ring' }, address: '', requestId: null };

async function status(ring: KeyRingService): Promise<void> {
  const { keys, servers } = await ring.status();
  for (const { current, fingerprint, id, missingOn, total, values } of keys) {
    const lacking = missingOn.length === 0 ? '' : `, missing on ${missingOn.join(', ')}`;
    const use = current ? 'seals' : 'opens';
    console.log(`${id}  ${fingerprint || 'MISSING'}  ${use}, ${total} values${lacking}`);
    for (const [column, count] of Object.entries(values)) console.log(`    ${column}: ${count}`);
  }
  for (const { current, from, id, keys: known } of servers) {
    console.log(`server ${id} (${from}): ${known.join(', ')}; seals with ${current}`);
  }
}

async function reseal(ring: KeyRingService): Promise<void> {
  await ring.reseal(CALLER);
  const { damaged, done, error } = await ring.settled();
  console.log(`${done} values were sealed anew.`);
  for (const place of damaged) console.log(`Cannot be opened: ${place}`);
  if (error !== null) throw new Error(error);
}

const COMMANDS: Readonly<Record<string, (ring: KeyRingService, id: string) => Promise<void>>> = {
  status,
  reseal,
  async add(ring) {
    console.log(`Key ${await ring.add(CALLER)} was added. Make it known on every server.`);
  },
  async use(ring, id) {
    await ring.use(CALLER, id);
    console.log(`Key ${id} seals from now on. Next: npm run key-ring -- reseal`);
  },
  async retire(ring, id) {
    await ring.retire(CALLER, id);
    console.log(`Key ${id} was retired. Backups made before need it: keep a copy with them.`);
  },
};

/** Turns the key ring, whether the server runs or not. */
async function main([name = '', id = '']: string[]): Promise<void> {
  const command = COMMANDS[name];
  const needsId = name === 'use' || name === 'retire';
  if (!command || needsId !== (id !== '')) {
    console.error(USAGE);
    process.exitCode = 1;
    return;
  }
  // The Prisma client may have to be made first, hence no static import of what needs it.
  await ensureClient();
  const { withKeyRing } = await import('./key-ring-instance.ts');
  await withKeyRing((ring) => command(ring, id));
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  process.exitCode = 1;
  console.error(error instanceof Error ? error.message : error);
});
