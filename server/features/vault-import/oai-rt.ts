import { z } from 'zod';
import { isToken, tagsOf, withoutNul } from './import-row.ts';

/** A row of `rts` or `system_configs` as it was found; values as text. */
export type FoundRow = { line: number; fields: Readonly<Record<string, string | null>> };

/** What a database of the older service holds. */
export type FoundDatabase = { rts: FoundRow[]; configs: FoundRow[] };

/** One of its tokens. */
export type OldToken = {
  line: number;
  number: number | null;
  token: string;
  accessToken: string | null;
  bizId: string | null;
  email: string | null;
  userName: string;
  plan: string;
  tags: string[];
  memo: string;
  enabled: boolean;
  proxy: string;
  clientId: string;
  refreshedAt: Date | null;
  createdAt: Date | null;
};

/** A row that is not taken, and why. */
export type OldProblem = {
  line: number;
  bizId: string;
  reason: 'notAToken' | 'twice' | 'bizIdTwice';
};

/** What would be brought over. Every row of `rts` is in exactly one of `tokens` and `problems`. */
export type OldContents = {
  tokens: OldToken[];
  problems: OldProblem[];
  proxies: string[];
  clientIds: string[];
  autoRefresh: boolean | null;
  intervalDays: number | null;
};

/** What the file says, checked; nothing is written. */
export function readOldDatabase({ configs, rts }: FoundDatabase): OldContents {
  const tokens: OldToken[] = [];
  const problems: OldProblem[] = [];
  const seen = new Set<string>();
  const bizIds = new Set<string>();
  for (const row of rts) {
    const token = tokenOf(row);
    const bizId = token.bizId ?? '';
    const reason = problemOf(token, seen, bizIds);
    if (reason) problems.push({ line: row.line, bizId, reason });
    else tokens.push(token);
    seen.add(token.token);
    if (bizId !== '') bizIds.add(bizId);
  }
  const config = new Map(
    configs.map(({ fields }) => [fields['config_key'] ?? '', fields['config_value'] ?? '']),
  );
  const used = (of: (token: OldToken) => string) => tokens.map(of).filter((text) => text !== '');
  const auto = config.get('auto_refresh_enabled');
  const days = Number(config.get('auto_refresh_interval'));
  return {
    ...{ tokens, problems },
    proxies: [...new Set([...listOf(config.get('proxy_list')), ...used(({ proxy }) => proxy)])],
    clientIds: [
      ...new Set([...listOf(config.get('client_id_list')), ...used(({ clientId }) => clientId)]),
    ],
    autoRefresh: auto === 'true' || auto === 'false' ? auto === 'true' : null,
    intervalDays: Number.isInteger(days) && days >= 1 && days <= 30 ? days : null,
  };
}

function problemOf({ bizId, token }: OldToken, seen: Set<string>, bizIds: Set<string>) {
  if (!isToken(token)) return 'notAToken';
  if (seen.has(token)) return 'twice';
  return bizId !== null && bizIds.has(bizId) ? 'bizIdTwice' : null;
}

function tokenOf({ fields, line }: FoundRow): OldToken {
  const text = (name: string, most: number) =>
    withoutNul(fields[name] ?? '')
      .trim()
      .slice(0, most);
  const access = text('at', 16_384);
  const number = Number(fields['id'] ?? Number.NaN);
  return {
    line,
    number: Number.isInteger(number) && number > 0 && number < 2 ** 31 - 1 ? number : null,
    token: (fields['rt'] ?? '').trim(),
    accessToken: isToken(access) ? access : null,
    bizId: text('biz_id', 255) || null,
    email: text('email', 255) || null,
    userName: text('user_name', 120),
    plan: text('type', 60),
    tags: tagsOf(text('tag', 255)),
    memo: text('memo', 10_000),
    enabled: ['1', 'true', 't'].includes((fields['enabled'] ?? '').toLowerCase()),
    proxy: text('proxy', 255),
    clientId: text('client_id', 255),
    refreshedAt: timeOf(fields['last_refresh_time']),
    createdAt: timeOf(fields['create_time']),
  };
}

const List = z.array(z.string()).catch([]);

function listOf(text: string | undefined): string[] {
  try {
    return List.parse(JSON.parse(text ?? '[]'))
      .map((entry) => withoutNul(entry).trim())
      .filter((entry) => entry !== '');
  } catch {
    return [];
  }
}

const TIME = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?/;

/** Times without a zone are read as UTC. */
function timeOf(text: string | null | undefined): Date | null {
  const [, day, time, zone = 'Z'] = TIME.exec(text ?? '') ?? [];
  if (day === undefined) return null;
  const at = new Date(`${day}T${time}${zone}`);
  const year = at.getUTCFullYear();
  return Number.isNaN(at.getTime()) || year < 2000 || year > 2200 ? null : at;
}
