/** What a platform gave for a refresh token, everything in it sealed, as it waits to be stored. */
export type TokenRecord = {
  /** Of its line in the history: the same record twice is stored once. */
  id: string;
  kind: 'token';
  accountId: string;
  /** Of the claim it was asked under. */
  generation: number;
  /** SHA-256 of the token that was asked with and the one that is good now; equal = it was kept. */
  beforeHash: string;
  afterHash: string;
  /** Sealed for vault_tokens.refresh_token and .previous_token; null = kept. */
  refresh: { sealed: string; previousSealed: string } | null;
  /** Sealed for accounts.secret. */
  secret: string;
  secretHint: string;
  /** Epoch ms. */
  expiresAt: number | null;
  nextRefreshAt: number | null;
  at: number;
  durationMs: number;
  trigger: string;
  by: string | null;
};

/** How an account's row stands when a record comes in. */
export type ChainRow = {
  refreshHash: string;
  generation: number;
  /** Epoch ms. */
  refreshedAt: number | null;
};

/**
 * Whether a record is newer than what the row holds. Records come late (from a journal of a server that
 * was killed, or from one that was slow), and a token must be neither lost nor put back:
 *
 * - one that was made from the very token the row holds follows it, whoever holds the claim by now;
 * - else the last claim counts: its owner asked after everybody else. A person who brings a token
 *   counts as a claim.
 * - whatever else is late: what the row holds was made after it.
 */
export function follows(row: ChainRow, record: TokenRecord): boolean {
  if (row.refreshHash !== record.beforeHash) return row.generation === record.generation;
  // Of a kept token every refresh starts at the same hash: then time tells which is newer.
  const isKept = record.afterHash === record.beforeHash;
  return !isKept || row.refreshedAt === null || row.refreshedAt <= record.at;
}
