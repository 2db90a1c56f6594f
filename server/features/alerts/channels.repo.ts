import {
  AlertKind,
  AlertLanguage,
  AlertSeverity,
  ChannelKind,
  type ChannelSave,
} from '#shared/schemas/alerts.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';

export type ChannelFacts = Omit<ChannelSave, 'id' | 'target'>;

/** A channel with its target, sealed with (alert_channels, settings, id). */
export type ChannelRow = ChannelFacts & { id: string; settings: string };

export type LastDelivery = { state: string; at: Date; error: string | null };

const SELECT = {
  ...{ id: true, name: true, kind: true, settings: true, kinds: true, severity: true },
  ...{ enabled: true, quietFrom: true, quietTo: true, zone: true, language: true },
} as const;

export type ChannelsRepo = ReturnType<typeof createChannelsRepo>;

/** Rows of `alert_channels`. */
export function createChannelsRepo(db: Db) {
  return {
    inTx: <Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> => withTx(db, work),

    async all(): Promise<ChannelRow[]> {
      const rows = await db.alertChannel.findMany({ select: SELECT, orderBy: { name: 'asc' } });
      return rows.map(toRow);
    },

    async find(id: string): Promise<ChannelRow | null> {
      const row = await db.alertChannel.findUnique({ where: { id }, select: SELECT });
      return row && toRow(row);
    },

    /** The row as it is until `tx` ends. */
    async lock(tx: Tx, id: string): Promise<ChannelRow | null> {
      await tx.$queryRaw`SELECT 1 AS locked FROM alert_channels WHERE id = ${id}::uuid FOR UPDATE`;
      const row = await tx.alertChannel.findUnique({ where: { id }, select: SELECT });
      return row && toRow(row);
    },

    async write(tx: Tx, { id, ...data }: ChannelRow): Promise<void> {
      await tx.alertChannel.upsert({ where: { id }, create: { id, ...data }, update: data });
    },

    /** With its log. */
    async delete(tx: Tx, id: string): Promise<void> {
      await tx.alertChannel.delete({ where: { id } });
    },

    /** What became of the newest delivery of each. */
    async last(): Promise<Map<string, LastDelivery>> {
      const rows = await db.$queryRaw<(LastDelivery & { channel_id: string })[]>`
        SELECT DISTINCT ON (channel_id) channel_id::text, state, COALESCE(sent_at, created_at) AS at,
               error
          FROM alert_deliveries WHERE state <> 'waiting' OR attempts > 0
         ORDER BY channel_id, created_at DESC`;
      return new Map(rows.map(({ channel_id, ...last }) => [channel_id, last]));
    },
  };
}

type Stored = { [Field in keyof typeof SELECT]: unknown } & {
  id: string;
  name: string;
  settings: string;
  kinds: string[];
  enabled: boolean;
  quietFrom: number | null;
  quietTo: number | null;
  zone: string;
};

/** What a newer server may have written is read as the least surprising. */
function toRow({ kind, kinds, language, severity, ...row }: Stored): ChannelRow {
  return {
    ...row,
    kind: ChannelKind.catch('webhook').parse(kind),
    kinds: kinds.flatMap((one) => AlertKind.safeParse(one).data ?? []),
    severity: AlertSeverity.catch('warning').parse(severity),
    language: AlertLanguage.catch('en').parse(language),
  };
}
