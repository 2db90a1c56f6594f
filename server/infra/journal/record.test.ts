import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fakeClock } from '#server/testing/fake-clock.ts';
import { openJournal } from './index.ts';
import { encodeLine, parseLines } from './record.ts';
import { segmentPath } from './segments.ts';

type Row = { id: string };

const row = fc.record({
  id: fc.uuid(),
  text: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('$bigint:1', '$string:x', '$')),
  cost: fc.bigInt(),
  count: fc.integer(),
  nothing: fc.constant(null),
  nested: fc.array(fc.record({ deep: fc.string() }), { maxLength: 2 }),
});

test('any record comes back as it was', () => {
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const bytes = Buffer.from(rows.map(encodeLine).join(''));
      const parsed = parseLines<Row>(bytes, Number.POSITIVE_INFINITY);
      expect(parsed).toEqual({ records: rows, corrupt: [], consumed: bytes.length });
    }),
  );
});

test('a bigint inside a nested value is refused instead of lost', () => {
  expect(() => encodeLine({ id: 'a', nested: { cost: 1n } })).toThrow(TypeError);
});

type Damage = {
  kind: 'cut' | 'flip' | 'remove' | 'insert' | 'repeat';
  at: number;
  length: number;
  byte: number;
};

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('cut', 'flip', 'remove', 'insert', 'repeat'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 300 }),
  byte: fc.oneof(fc.constantFrom(0, 0x0a, 0x20), fc.integer({ min: 0, max: 255 })),
});

function apply(bytes: Buffer, { kind, at, length, byte }: Damage): Buffer {
  const from = Math.floor(at * bytes.length);
  const [head, tail] = [bytes.subarray(0, from), bytes.subarray(from)];
  switch (kind) {
    case 'cut':
      return head;
    case 'flip':
      return Buffer.concat([
        head,
        tail.subarray(0, 1).map((b) => b ^ (byte || 1)),
        tail.subarray(1),
      ]);
    case 'remove':
      return Buffer.concat([head, tail.subarray(length)]);
    case 'insert':
      return Buffer.concat([head, Buffer.alloc(length, byte), tail]);
    case 'repeat':
      return Buffer.concat([head, tail.subarray(0, length), tail]);
  }
}

test('no damage to a file throws, hangs, or yields a record that was not written', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'journal-'));
  const log = { warn: () => {}, error: () => {} };
  const plain = fc.uniqueArray(row, { selector: ({ id }) => id, minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      plain,
      fc.array(damage, { minLength: 1, maxLength: 4 }),
      async (rows, harm) => {
        const lines = rows.map(encodeLine);
        const bytes = harm.reduce(apply, Buffer.from(lines.join('')));
        await writeFile(segmentPath(dir, 1), bytes);
        const seen: Row[] = [];
        const journal = await openJournal<Row>({
          dir,
          log,
          clock: fakeClock(),
          deliver: async (batch) => void seen.push(...batch),
          maxBatch: 3,
        });
        await journal.append({ id: 'new' });
        await journal.flush();
        expect(journal.pending()).toBe(0);
        await journal.close();
        expect(seen.pop()).toEqual({ id: 'new' });
        for (const record of seen) expect(rows).toContainEqual(record);
        // A line that stands undamaged between two line ends must have arrived.
        const whole = bytes.toString('latin1').split('\n').slice(0, -1);
        const intact = lines.filter((line) =>
          whole.includes(Buffer.from(line).toString('latin1').slice(0, -1)),
        );
        expect(new Set(seen.map(({ id }) => id)).size).toBe(intact.length);
        await rm(segmentPath(dir, 1, 'bad'), { force: true });
      },
    ),
    { numRuns: 300 },
  );
  await rm(dir, { recursive: true });
});
