import {
  bindMigrationAwareSqlAdapterFactory,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';

/** A schema that has no tables; what the first migration starts from. */
export const EMPTY_SCHEMA = 'datasource db {\n  provider = "postgresql"\n}\n';

const EMPTY_MIGRATION = '-- This is an empty migration.';

/**
 * The SQL that turns a database of schema `from` into one of schema `to`, or null when both are
 * the same. Needs no database: Prisma's schema engine compares the two texts.
 * Throws with the line at fault when a schema is not valid.
 */
export async function diffSchemas(from: string, to: string): Promise<string | null> {
  const engine = await startEngine(to);
  try {
    const { stdout } = await engine.diff({
      from: { tag: 'schemaDatamodel', files: [{ path: 'before.prisma', content: from }] },
      to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: to }] },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    const sql = stdout?.trim() ?? '';
    return sql === '' || sql === EMPTY_MIGRATION ? null : `${sql}\n`;
  } finally {
    engine.free();
  }
}

async function startEngine(schema: string) {
  const panics = { set_message: (text: string) => console.error(text) };
  // Without this registry a panic of the engine shows as a TypeError about something else.
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: panics });
  const { SchemaEngine } = await import('@prisma/schema-engine-wasm');
  const adapter = bindMigrationAwareSqlAdapterFactory(noDatabase);
  return SchemaEngine.new({ datamodels: [['schema.prisma', schema]] }, () => undefined, adapter);
}

/** The engine insists on a connection and asks it one thing: which PostgreSQL it is. */
const connection: SqlDriverAdapter = {
  provider: 'postgres',
  adapterName: 'no-database',
  queryRaw: async ({ sql }) => {
    if (!sql.includes('numeric_version')) throw new Error(`unexpected query: ${sql}`);
    return {
      columnNames: ['exists', 'version', 'numeric_version'],
      columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
      rows: [[true, 'PostgreSQL 18.4', 180_004]],
    };
  },
  executeRaw: refuse,
  executeScript: refuse,
  startTransaction: refuse,
  getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
  dispose: async () => undefined,
};

const noDatabase: SqlMigrationAwareDriverAdapterFactory = {
  provider: 'postgres',
  adapterName: 'no-database',
  connect: async () => connection,
  connectToShadowDb: async () => connection,
};

async function refuse(): Promise<never> {
  throw new Error('comparing schemas must not change a database');
}
