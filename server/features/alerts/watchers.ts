import { oneLine } from '#shared/alert-texts.ts';
import type { AlertKind, AlertSubjectKind } from '#shared/schemas/alerts.ts';
import type { Clock } from '../../infra/clock.ts';
import { scrubText } from '../../infra/log-redact.ts';
import type { RaisedAlert } from './alerts.ts';
import type { Trouble, WatchRepo } from './watch.repo.ts';
import type { Watcher } from './watch.ts';

const ERRORS_OF_MS = 300_000;

/** What the database tells of accounts, proxies, people and requests. */
export function createDatabaseWatchers({
  clock,
  repo,
}: {
  repo: WatchRepo;
  clock: Pick<Clock, 'now'>;
}): Watcher[] {
  const watcher = (
    kind: AlertKind,
    subject: AlertSubjectKind,
    find: (settings: Parameters<Watcher['find']>[0]) => Promise<Trouble[]>,
  ): Watcher => ({
    kind,
    find: async (settings) => (await find(settings)).map((row) => toAlert(kind, subject, row)),
  });

  return [
    watcher('account.expired', 'account', repo.expired),
    watcher('refresh.failing', 'account', ({ refreshFailures }) =>
      repo.refreshFailing(refreshFailures),
    ),
    watcher('proxy.down', 'proxy', repo.proxiesDown),
    watcher('provisioning.failed', 'user', ({ provisioningTries }) =>
      repo.notProvisioned(provisioningTries),
    ),
    {
      kind: 'error-rate',
      async find({ errorLeast, errorPercent }) {
        const since = new Date(clock.now() - ERRORS_OF_MS);
        const rows = await repo.failing(since, errorLeast, errorPercent);
        return rows.map(({ failed, id, name, owner_id, requests, subject }) => ({
          kind: 'error-rate',
          key: `error-rate:${subject}:${id}`,
          subject: { kind: subject, id, name: name ?? id },
          ownerId: owner_id,
          facts: { failed, requests, percent: Math.floor((failed * 100) / requests) },
        }));
      },
    },
  ];
}

function toAlert(kind: AlertKind, subject: AlertSubjectKind, row: Trouble): RaisedAlert {
  const { id, name, owner_id, platform_id, reason, tries } = row;
  return {
    kind,
    key: `${kind}:${id}`,
    subject: { kind: subject, id, name },
    ownerId: owner_id,
    facts: {
      ...(platform_id !== null && { platform: platform_id }),
      ...(reason !== null && { reason: oneLine(withoutAddresses(scrubText(reason))) }),
      ...(tries !== null && { failures: tries, tries }),
    },
  };
}

/** Alerts go to services outside, which need not know where ours are; the pages here tell. */
function withoutAddresses(text: string): string {
  return text.replaceAll(/\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"',;]+/gi, '[address]');
}
