import { AppError } from '#shared/errors.ts';
import { type App, buildApp } from './app.ts';
import { buildInfra } from './build-infra.ts';
import { type Config, readConfig, readEnvironment } from './config/config.ts';
import { ConfigError } from './config/env.ts';
import { setUpV8 } from './config/v8-settings.ts';
import { applyFile, planTotals } from './features/apply/index.ts';
import { createLog } from './infra/log.ts';

/** Ends the process with one readable line for what a person can mend, with a stack for a bug. */
function giveUp(error: unknown): never {
  const expected = error instanceof AppError || error instanceof ConfigError;
  process.stderr.write(
    `${expected ? error.message : error instanceof Error ? error.stack : error}\n`,
  );
  process.exit(1);
}

async function main(): Promise<void> {
  setUpV8();
  const config = readConfig();
  const log = createLog({ level: config.logLevel });
  const infra = await buildInfra({ config, log });
  const app = await buildApp({ config, infra }).catch(async (error) => {
    await infra.stop();
    throw error;
  });

  let stopping = false;
  const stop = async (signal: string) => {
    // NOTE: a second signal is a person who will not wait; PostgreSQL survives that, too.
    if (stopping) process.exit(1);
    stopping = true;
    const running = app.running();
    log.info(`${signal}: finishing ${running} running request${running === 1 ? '' : 's'} …`);
    await app.stop();
    await infra.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => void stop(signal).catch(giveUp));
  }

  await applySetUpFile(config, app);
  const url = await app.listen();
  const token = await app.prepareSetup();
  process.stdout.write(`\n  Gatehouse is ready at ${url}\n`);
  if (token) {
    process.stdout.write(
      `\n  Open this link once to become its admin:\n\n    ${url}/setup#${token}\n`,
    );
  }
  process.stdout.write('\n  Stop with Ctrl-C.\n\n');
}

async function applySetUpFile({ applyFile: file }: Config, app: App): Promise<void> {
  if (file === null) return;
  const plan = await applyFile({ service: app.services.apply, env: readEnvironment() }, file);
  process.stdout.write(`  ${file}: ${planTotals(plan)}\n`);
}

await main().catch(giveUp);
