/**
 * A process that tests start, talk to by lines, and kill: it starts the PostgreSQL of the data
 * directory in its first argument, says "ready", then counts every row it wrote and was
 * acknowledged. What goes wrong is printed as "error <message>".
 */
import pg from 'pg';
import { startPostgres } from '../infra/postgres/server.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);
const log = { info: say, warn: say, error: say };

try {
  const postgres = await startPostgres({ dataDir: process.argv[2] ?? '', log });
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS counted (n serial PRIMARY KEY)');
  say('ready');
  process.once('SIGTERM', async () => {
    await postgres.stop();
    process.exit(0);
  });
  client.on('error', () => undefined);
  for (;;) {
    const { rows } = await client.query<{ n: number }>(
      'INSERT INTO counted DEFAULT VALUES RETURNING n',
    );
    say(`wrote ${rows[0]?.n}`);
  }
} catch (error) {
  say(`error ${error instanceof Error ? error.message : String(error)}`);
}
