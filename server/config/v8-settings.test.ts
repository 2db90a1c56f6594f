import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('the V8 of this Node knows the settings', () => {
  const script = "import('./server/config/v8-settings.ts').then(({ setUpV8 }) => setUpV8())";
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
