import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { openFile } from '#server/features/vault-batch/sealed-file.ts';

/** `npm run vault:open -- FILE`: writes what is in a sealed export to the standard output. */
async function main(): Promise<void> {
  const [file] = process.argv.slice(2);
  if (file === undefined) throw new Error('Name the file: npm run vault:open -- FILE');
  const text = await readFile(file, 'utf8');
  // On the error output, so that what is opened can be sent elsewhere.
  process.stderr.write('Passphrase (not shown): ');
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = process.stdin.isTTY === true;
  const lines = createInterface({ input: process.stdin, output, terminal });
  const passphrase = await lines.question('');
  lines.close();
  process.stderr.write('\n');
  process.stdout.write(await openFile(text, passphrase));
}

await main().catch((error: unknown) => {
  process.exitCode = 1;
  console.error(error instanceof Error ? error.message : error);
});
