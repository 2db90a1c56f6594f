import type { Topic } from '../../infra/events.ts';

type IdColumn = readonly [name: string, type: 'uuid' | 'text' | 'int4'];

export type SealedColumn = {
  table: string;
  column: string;
  /** The row's primary key; joined by `/` it is the place that values are sealed for. */
  ids: readonly IdColumn[];
  /** Who keeps copies of it in memory has to be told. */
  topic?: Topic;
  /** Rows at once; less where values are long. */
  batch?: number;
};

/**
 * Every column that may hold sealed values. A test holds it against prisma/schema.prisma and every place
 * that is sealed for in the code: what is missing here is lost when its key is retired.
 */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'accounts', column: 'secret', ids: [['id', 'uuid']], topic: 'accounts' },
  { table: 'alert_channels', column: 'settings', ids: [['id', 'uuid']] },
  { table: 'identity_providers', column: 'secret', ids: [['id', 'text']] },
  {
    table: 'job_items',
    column: 'input',
    ids: [
      ['job_id', 'uuid'],
      ['number', 'int4'],
    ],
  },
  { table: 'link_attempts', column: 'secret', ids: [['id', 'text']] },
  { table: 'oauth_clients', column: 'client_secret', ids: [['id', 'uuid']] },
  { table: 'proxies', column: 'url', ids: [['id', 'uuid']], topic: 'proxies' },
  {
    table: 'stored_responses',
    column: 'answer',
    ids: [
      ['user_id', 'uuid'],
      ['id', 'text'],
    ],
    batch: 10,
  },
  {
    table: 'stored_responses',
    column: 'input',
    ids: [
      ['user_id', 'uuid'],
      ['id', 'text'],
    ],
    batch: 10,
  },
  { table: 'totp', column: 'secret', ids: [['user_id', 'uuid']] },
  { table: 'vault_tokens', column: 'previous_token', ids: [['account_id', 'uuid']] },
  { table: 'vault_tokens', column: 'refresh_token', ids: [['account_id', 'uuid']] },
];

export const nameOf = ({ column, table }: SealedColumn): string => `${table}.${column}`;
