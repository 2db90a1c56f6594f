import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';

/** False where no `redis-server` is installed; tests that need one are skipped then. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** When each server that counts limits in Redis gave its last sign of life. */
const HOLDERS = '{gh-quota}:holders';

export type TestRedis = Awaited<ReturnType<typeof startRedis>>;

/** A Redis of the test's own that keeps nothing on disk. Use it with `await using`. */
export async function startRedis(port?: number) {
  const at = port ?? (await freePort());
  const quiet = ['--save', '', '--appendonly', 'no', '--bind', '127.0.0.1'];
  const run = () => spawn('redis-server', ['--port', String(at), ...quiet], { stdio: 'ignore' });
  let child = run();
  const url = `redis://127.0.0.1:${at}`;
  const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  await client.ping();
  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  return {
    url,
    port: at,
    client,
    /** Leaves connections open but answers nothing. */
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    /** Ends it without a chance to tidy up; what it held is lost. */
    kill,
    /** Starts it again, empty, at the same address; resolves when it answers. */
    async restart(): Promise<void> {
      child = run();
      await client.ping();
    },
    /** Makes every server's last sign of life `ms` older; the living give the next one soon. */
    async age(ms: number, holders = HOLDERS): Promise<void> {
      for (const holder of await client.zrange(holders, '0', '-1')) {
        await client.zincrby(holders, -ms, holder);
      }
    },
    /** When each of them gave it (epoch ms), by the clock of Redis. */
    async signs(): Promise<number[]> {
      const found = await client.zrange(HOLDERS, '0', '-1', 'WITHSCORES');
      return found.filter((_, at) => at % 2 === 1).map(Number);
    },
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await kill();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
