import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ask, chatRequest, openConnection } from '../load/connection.ts';
import { type Server, startServer } from '../processes.ts';

export const PORTKEY = 'portkey';
const PACKAGE = '@portkey-ai/gateway';
const VERSION = '1.15.2';
const FOLDER = join(import.meta.dirname, '../../.cache/peers', `${PORTKEY}-${VERSION}`);
const INSTALLED = join(FOLDER, 'node_modules', PACKAGE);
const INSTALL_WITHIN_MS = 120_000;
const STREAM_WITHIN_MS = 5_000;

export type Portkey = {
  server: Server;
  /** How a request says where its platform is. */
  headers: Readonly<Record<string, string>>;
  /** Why its streams are not measured; null = they are. */
  noStreams: string | null;
};

/**
 * The Portkey gateway before an upstream, in a process of its own; installed from npm at first use,
 * into the project's cache. `missing` says in words why it takes no part.
 */
export async function startPortkey(upstreamUrl: string): Promise<Portkey | { missing: string }> {
  const failed = await install();
  if (failed !== null) return { missing: `${PACKAGE} ${VERSION} was left out: ${failed}` };
  const server = await startServer({
    args: [
      '--import',
      './bench/targets/portkey-hook.ts',
      join(INSTALLED, 'build/start-server.js'),
      '--headless',
    ],
    env: { NODE_ENV: 'production' },
    talks: true,
  });
  const headers = {
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `${upstreamUrl}/v1`,
  };
  const status = await streamStatus(new URL(server.url), headers);
  const noStreams =
    status === 200
      ? null
      : `${PACKAGE} ${VERSION} has no stream figures: on Node ${process.version} it answered a ` +
        `stream with ${status === 0 ? 'a broken connection' : `status ${status}`}.`;
  return { server, headers, noStreams };
}

/** Null once it is there; else why it is not. */
async function install(): Promise<string | null> {
  if ((await installedVersion()) === VERSION) return null;
  process.stderr.write(`Installing ${PACKAGE} ${VERSION} into .cache/peers …\n`);
  await mkdir(FOLDER, { recursive: true });
  const args = ['install', '--prefix', FOLDER, '--no-audit', '--no-fund', '--ignore-scripts'];
  const npm = spawn('npm', [...args, '--save-exact', `${PACKAGE}@${VERSION}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: INSTALL_WITHIN_MS,
  });
  let said = '';
  npm.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-4_000);
  });
  try {
    const [code] = await once(npm, 'close');
    if (code === 0 && (await installedVersion()) === VERSION) return null;
    const reason = /npm error code (\w+)/.exec(said)?.[1];
    return `npm could not install it (${reason ?? `exit code ${code}`}).`;
  } catch {
    return 'there is no npm to install it with.';
  }
}

async function installedVersion(): Promise<string | null> {
  try {
    const text = await readFile(join(INSTALLED, 'package.json'), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return null;
  }
}

/** What it answers to one short stream. */
async function streamStatus(url: URL, headers: Portkey['headers']): Promise<number> {
  const connection = openConnection(url);
  const deadline = setTimeout(connection.close, STREAM_WITHIN_MS);
  const stream = { gapMs: 5, chunks: 3 };
  const status = await ask(
    connection,
    chatRequest({ url, key: 'bench', bytes: 480, stream, headers }),
  );
  clearTimeout(deadline);
  connection.close();
  return status;
}
