import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { RaisedAlert } from '#server/features/alerts/alerts.ts';
import { buildAlerts } from '#server/features/alerts/index.ts';
import { newId } from '#server/infra/ids.ts';
import type { OutboundRequest } from '#server/infra/outbound/index.ts';
import { createPool } from '#server/infra/postgres/pool.ts';
import { AppError } from '#shared/errors.ts';
import type { QuotaState } from '#shared/schemas/quotas.ts';
import { type ConsoleBase, startConsole, type TestConsole } from './console.ts';

type Asked = { url: string; body: { id: string; what: string; text: { title: string } } };
type Mail = {
  sent: number;
  failures: { at: string; to: string; subject: string; why: 'refused' }[];
};
type Pool = ReturnType<typeof createPool>;
type Server = ReturnType<typeof buildAlerts>;

export const HOOK = 'https://hook.example/path-of-the-hook';
export const SECRET = 'a secret of sixteen and more';
export const MINUTE = 60_000;

export const CHANNEL = {
  ...{ kind: 'webhook', name: 'hook', kinds: [], severity: 'info', enabled: true },
  ...{ quietFrom: null, quietTo: null, zone: 'UTC', language: 'en' },
  target: { url: HOOK, secret: SECRET },
};

/** An account that expired. */
export const expired = (id: string, facts: Partial<RaisedAlert> = {}): RaisedAlert => ({
  kind: 'account.expired',
  key: `account.expired:${id}`,
  subject: { kind: 'account', id, name: `account ${id}` },
  ownerId: null,
  ...facts,
});

/** What a test may set: how the hook answers, and what is told of mails, limits and the journal. */
const usual = () => ({
  answer: (): number => 200,
  mail: { sent: 0, failures: [] } as Mail,
  limits: [] as QuotaState[],
  journal: { flush: async () => undefined, pending: () => 0 } as {
    flush(): Promise<void>;
    pending(): number;
  },
});

/** Two servers that tell alerts over one database, and the hook they tell. Call it once in a file. */
export function alertsHarness() {
  const asked: Asked[] = [];
  const errors: unknown[] = [];
  type Running = { console: TestConsole; one: Server; two: Server; pool: Pool };
  const h = Object.assign({} as Running, usual());

  function server(name: string, { audit, cipher, clock, db }: ConsoleBase): Server {
    return buildAlerts({
      ...{ audit, cipher, clock, db, reports: h.pool, server: name, dataDir: '/', redisUrl: null },
      outbound: {
        assertAllowed(url) {
          if (String(url).includes('10.0.0.1')) throw new AppError('outbound_refused', 'no');
        },
        async request(url: string | URL, req: OutboundRequest = {}) {
          asked.push({ url: String(url), body: JSON.parse(String(req.body)) });
          async function* bytes() {
            yield Buffer.from(`heard ${SECRET}`);
          }
          const body = Object.assign(bytes(), { destroy: () => undefined });
          return { status: h.answer(), headers: {}, body, origin: new URL(url).origin } as never;
        },
      },
      changes: { on: () => () => undefined },
      newId: () => newId(clock),
      mail: { state: () => h.mail, sendNow: async () => undefined },
      gate: { state: async () => h.limits },
      ledger: { flush: () => h.journal.flush(), pending: () => h.journal.pending() },
      publicUrl: 'https://gh.example',
      onError: (error) => void errors.push(error),
    });
  }

  beforeAll(async () => {
    h.console = await startConsole({
      features(base) {
        h.pool = createPool(base.databaseUrl, { max: 4, onConnectionError: () => undefined });
        h.one = server('one', base);
        h.two = server('two', base);
        return h.one.services;
      },
    });
  });
  afterAll(async () => {
    await h.pool.end();
    await h.console[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await h.pool.query('TRUNCATE alerts, alert_channels, alert_deliveries, alert_reads CASCADE');
    await h.pool.query("DELETE FROM settings WHERE name LIKE 'alerts%'");
    asked.length = 0;
    errors.length = 0;
    Object.assign(h, usual());
  });

  const rows = async (sql: string) => (await h.pool.query(sql)).rows;
  return Object.assign(h, {
    asked,
    errors,
    rows,
    async channel(facts: object = {}) {
      const { browser } = await h.console.signedIn('admin');
      const saved = await browser.mutate('alerts.saveChannel', { ...CHANNEL, ...facts });
      expect(saved.error).toBeUndefined();
      return { browser, id: (saved.data as { id: string }).id };
    },
    async raise(...alerts: RaisedAlert[]) {
      for (const alert of alerts) h.one.alerts.raise(alert);
      await h.one.idle();
    },
    /** Lets a server tell what is in line. */
    send: (by = h.one) => by.deliver(),
    /** Those of clocks are left out: a test's stands still, and PostgreSQL's does not. */
    openKeys: () =>
      rows("SELECT key FROM alerts WHERE resolved_at IS NULL AND kind <> 'clock.skew'"),
    titles: () => asked.map(({ body }) => body.text.title),
  });
}
