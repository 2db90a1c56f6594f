import path from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError } from '#server/config/env.ts';
import { AppError } from '#shared/errors.ts';
import { applySchema } from './apply-schema.ts';
import { ensureClient } from './generate-client.ts';

const USAGE = 'Usage: npm run apply -- FILE [--dry-run]     (or --schema to print the JSON Schema)';

class UsageError extends Error {}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        'dry-run': { type: 'boolean', default: false },
        schema: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return { ...values, dryRun: values['dry-run'], file: positionals[0], extra: positionals[1] };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

async function main(): Promise<void> {
  const { dryRun, schema, help, file, extra } = readArguments();
  if (help) return console.log(USAGE);
  if (schema) return console.log(JSON.stringify(applySchema(), null, 2));
  if (file === undefined) throw new UsageError('Which file shall be applied?');
  if (extra !== undefined) throw new UsageError(`One file at a time: what is "${extra}"?`);

  // The Prisma client may have to be made first, hence no static import of what needs it.
  await ensureClient();
  const { readEnvironment } = await import('#server/config/config.ts');
  const { withApplyService } = await import('./apply-instance.ts');
  const { applyFile, planLines, planTotals } = await import('#server/features/apply/index.ts');
  const env = readEnvironment();
  // npm runs scripts in the project's folder; the person means their own.
  const from = env['INIT_CWD'] ?? process.cwd();
  const plan = await withApplyService((service) =>
    applyFile({ service, env }, path.resolve(from, file), { dryRun }),
  );
  for (const line of planLines(plan)) console.log(line);
  console.log(`${dryRun ? 'Nothing was written. It would be: ' : 'Done: '}${planTotals(plan)}.`);
}

await main().catch((error: unknown) => {
  process.exitCode = 1;
  if (error instanceof UsageError) console.error(`${error.message}\n${USAGE}`);
  else if (error instanceof AppError || error instanceof ConfigError) console.error(error.message);
  else console.error(error);
});
