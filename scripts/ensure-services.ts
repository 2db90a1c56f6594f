import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';
import { run } from './run.ts';

const CHROMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Path of a browser the tests may use, installing Debian's where we may; null = none to be had. */
export async function ensureChromium(): Promise<string | null> {
  const given = process.env['CHROMIUM_PATH'];
  if (given) return given;
  const found = await findProgram(CHROMES);
  if (found) return found;
  const own = chromium.executablePath();
  if (await usable(own)) return own;
  return (await installPackage('chromium')) ? findProgram(CHROMES) : null;
}

/** Path of a Redis server for the tests, installing Debian's where we may; null = none to be had. */
export async function ensureRedis(): Promise<string | null> {
  const found = await findProgram(['redis-server']);
  if (found) return found;
  return (await installPackage('redis-server')) ? findProgram(['redis-server']) : null;
}

async function findProgram(names: readonly string[]): Promise<string | null> {
  for (const name of names) {
    for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
      const path = join(folder, name);
      if (await usable(path)) return path;
    }
  }
  return null;
}

async function usable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Only on Debian and its children, and only as root: elsewhere installing is the person's choice. */
async function installPackage(name: string): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  if (process.getuid?.() !== 0 || !/^ID(_LIKE)?=.*debian/m.test(release)) return false;
  console.log(`Installing ${name} with apt …`);
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const install = () => run('apt-get', ['install', '-y', '--no-install-recommends', name], { env });
  if ((await install()).code === 0) return true;
  await run('apt-get', ['update'], { env });
  const { code, output } = await install();
  if (code !== 0) console.log(output.split('\n').slice(-15).join('\n'));
  return code === 0;
}
