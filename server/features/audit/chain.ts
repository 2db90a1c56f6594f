import type { AuditFault } from '#shared/schemas/audit.ts';
import { sha256hex } from '../../infra/ids.ts';

/** A row before it has its hash. */
export type Unlinked = {
  seq: bigint;
  at: Date;
  actorId: string | null;
  actorName: string;
  action: string;
  targetKind: string;
  targetId: string;
  targetName: string;
  change: unknown;
  address: string;
  requestId: string | null;
};
export type Linked = Unlinked & { hash: string };

/** A place in the chain: what the next row is linked to. */
export type Link = { seq: bigint; hash: string };

/** Where the chain begins when nothing was ever removed. */
export const FIRST_LINK: Link = { seq: 0n, hash: '0'.repeat(64) };

/** SHA-256 over the hash before and the row, in one way of writing it: names sorted, times in UTC. */
export function hashOf(before: string, row: Unlinked): string {
  const { action, actorId, actorName, address, change, requestId } = row;
  const { targetId, targetKind, targetName } = row;
  const facts = { action, actorId, actorName, address, change, requestId };
  const target = { targetId, targetKind, targetName };
  const placed = { seq: row.seq.toString(), at: row.at.toISOString() };
  return sha256hex(`${before}\n${canonicalJson({ ...facts, ...target, ...placed })}`);
}

/** What is wrong with a row that stands after `before`; null = nothing. */
export function faultOf(before: Link, row: Linked): AuditFault | null {
  if (row.seq !== before.seq + 1n) return 'missing';
  return row.hash === hashOf(before.hash, row) ? null : 'altered';
}

/** JSON with the names of each object sorted, so that the same value is always the same text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}
