import { expect, test } from 'vitest';
import { costsOf } from './profile.ts';

const frame = (functionName: string, url = '', lineNumber = 0) => ({
  functionName,
  url,
  lineNumber,
});

test('shares are of busy time, and a function which calls itself is counted once', () => {
  const { self, total } = costsOf({
    nodes: [
      { id: 1, callFrame: frame('(root)'), children: [2, 5] },
      { id: 2, callFrame: frame('serve', 'file:///x/server/a.ts'), children: [3] },
      { id: 3, callFrame: frame('serve', 'file:///x/server/a.ts'), children: [4] },
      { id: 4, callFrame: frame('parse', 'file:///x/node_modules/@scope/zod/z.js') },
      { id: 5, callFrame: frame('(idle)') },
    ],
    samples: [2, 3, 4, 5],
    timeDeltas: [10, 20, 70, 900],
  });
  expect(self).toEqual([
    { name: '@scope/zod: parse', share: 0.7 },
    { name: 'server/a.ts: serve', share: 0.3 },
  ]);
  expect(total.find(({ name }) => name === 'server/a.ts: serve')?.share).toBe(1);
});

test('recording the usage is what journal and database driver do, with what they call', () => {
  const { recording } = costsOf({
    nodes: [
      { id: 1, callFrame: frame('serve', 'file:///x/server/a.ts') },
      {
        id: 2,
        callFrame: frame('write', 'file:///x/server/infra/journal/writer.ts'),
        children: [3],
      },
      { id: 3, callFrame: frame('writeBuffer') },
      { id: 4, callFrame: frame('parse', 'file:///x/node_modules/pg-protocol/dist/parser.js') },
    ],
    samples: [1, 3, 4],
    timeDeltas: [50, 40, 10],
  });
  expect(recording).toBe(0.5);
});

test('no path of the machine gets into a name', () => {
  const { self } = costsOf({
    nodes: [{ id: 1, callFrame: frame('', 'file:///home/me/gatehouse/server/b.ts', 41) }],
    samples: [1],
    timeDeltas: [1],
  });
  expect(self).toEqual([{ name: 'server/b.ts: (line 42)', share: 1 }]);
});
