import { vi } from 'vitest';

const { waitFor } = vi;

/** A second, which is the default, is too short where the machine is busy: no test may fail of that. */
vi.waitFor = (check, options) =>
  waitFor(check, typeof options === 'number' ? options : { timeout: 30_000, ...options });
