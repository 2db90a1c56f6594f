import { readFile } from 'node:fs/promises';
import { ensureClient } from './generate-client.ts';

/** `npm run import:plugin-keys -- FILE [--write]`: see docs/operations.md. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const [file] = args.filter((arg) => !arg.startsWith('--'));
  if (file === undefined) throw new Error('Name the file: npm run import:plugin-keys -- FILE');
  // The Prisma client may have to be made first, hence no static import of what needs it.
  await ensureClient();
  const { importInto } = await import('./import-plugin-keys-instance.ts');
  const write = args.includes('--write');
  const results = await importInto(await readFile(file, 'utf8'), { write });
  for (const { became, line, username } of results) {
    console.log(`line ${line}  ${username || '-'}  ${became}`);
  }
  if (!write) console.log('Nothing was changed. Say --write to import.');
}

await main().catch((error: unknown) => {
  process.exitCode = 1;
  console.error(error instanceof Error ? error.message : error);
});
