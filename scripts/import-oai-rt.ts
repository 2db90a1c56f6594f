import { parseArgs } from 'node:util';
import { ensureClient } from './generate-client.ts';

const USAGE = `npm run import:oai-rt -- FILE --owner USERNAME --platform ID [--prefix P] [--write]

FILE is the older service's SQLite file (*.db, *.sqlite), or a MySQL dump of its database (*.sql).
Without --write it only says what it would do. See docs/migration.md.`;

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      owner: { type: 'string' },
      platform: { type: 'string' },
      prefix: { type: 'string', default: '' },
      write: { type: 'boolean', default: false },
    },
  });
  const [file] = positionals;
  const { owner, platform, prefix, write } = values;
  if (!file || !owner || !platform) throw new Error(USAGE);
  // The Prisma client may have to be made first, hence no static import of what needs it.
  await ensureClient();
  const { importFile, printReport } = await import('./import-oai-rt-instance.ts');
  const print = (line: string) => console.log(line);
  printReport(await importFile(file, { owner, platform, prefix, write, print }), print);
  if (!write) console.log('Nothing was changed. Say --write to import.');
}

await main().catch((error: unknown) => {
  process.exitCode = 1;
  console.error(error instanceof Error ? error.message : error);
});
