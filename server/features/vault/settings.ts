import type { Pool } from 'pg';
import { z } from 'zod';
import { notifySql } from '../../infra/events.ts';
import type { Changes } from '../../infra/reloader.ts';
import type { VaultSettings } from './vault.types.ts';

const NAME = 'vault';

const Settings = z.object({
  autoRefresh: z.boolean().default(true),
  intervalDays: z.int().min(1).max(30).default(2),
  leadPercent: z.int().min(1).max(90).default(10),
  leadMinutes: z.int().min(1).max(1_440).default(10),
  concurrency: z.int().min(1).max(64).default(8),
});

export const USUAL_SETTINGS: VaultSettings = Settings.parse({});

export type VaultSettingsDeps = {
  pool: Pick<Pool, 'query'>;
  changes: Changes<'settings'>;
  onError(error: unknown): void;
};

/** The row of `settings` that says when tokens are refreshed, in memory. */
export function createVaultSettings({ changes, onError, pool }: VaultSettingsDeps) {
  let present = USUAL_SETTINGS;
  const stops: (() => void)[] = [];

  async function load(): Promise<void> {
    const { rows } = await pool.query('SELECT value FROM settings WHERE name = $1', [NAME]);
    const value: unknown = rows[0] ? z.object({ value: z.unknown() }).parse(rows[0]).value : {};
    present = Settings.catch(USUAL_SETTINGS).parse(value);
  }
  const loadLater = () => void load().catch(onError);

  return {
    now: (): VaultSettings => present,
    async save(wanted: VaultSettings): Promise<void> {
      const told = notifySql('settings', { ids: [NAME] });
      await pool.query(
        `WITH saved AS (
           INSERT INTO settings (name, value, updated_at) VALUES ($1, $2::jsonb, now())
           ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = now()
           RETURNING name)
         SELECT pg_notify($3, $4) FROM saved`,
        [NAME, JSON.stringify(Settings.parse(wanted)), ...told.values],
      );
      await load();
    },
    async start(): Promise<void> {
      stops.push(
        changes.on('settings', ({ ids }) => {
          if (ids.length === 0 || ids.includes(NAME)) loadLater();
        }),
        changes.onGap(loadLater),
      );
      await load();
    },
    close(): void {
      for (const stop of stops.splice(0)) stop();
    },
  };
}
