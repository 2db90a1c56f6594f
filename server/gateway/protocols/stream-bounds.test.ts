import { expect, test } from 'vitest';
import { type DialogueEvent, EMPTY_DIALOGUE } from './dialogue.ts';
import { SSE } from './framing.ts';
import { PROTOCOLS } from './index.ts';
import { forwarded, translated } from './passage.ts';
import type { Protocol } from './protocol.ts';

/* A platform, or whoever poses as one, may stream without an end. */

const context = {
  requestId: '01890a5d-ac96-774b-bcce-b302099a8057',
  model: 'm',
  createdAt: 1,
  wantsUsage: true,
  dialogue: { ...EMPTY_DIALOGUE, messages: [] },
  echo: {},
};

/** A platform whose frames say what a test wants. */
function saying(events: (count: number) => DialogueEvent[]): Protocol {
  let count = 0;
  const streamReader = () => ({ read: () => events(count++), end: () => [] });
  return { ...PROTOCOLS['openai-chat'], streamReader };
}

const words = 'x'.repeat(1024 * 1024);
const ENDLESS: [string, (count: number) => DialogueEvent[], number][] = [
  ['text', () => [{ type: 'text', part: 0, text: words }], 33],
  ['parts', (part) => [{ type: 'open', part, kind: 'text' }], 40_000],
  [
    'seals',
    (part) => [{ type: 'seal', part, seal: { maker: 'openai', value: words, account: null } }],
    33,
  ],
  ['calls', (part) => [{ type: 'open', part, kind: 'call', id: words, name: 'f' }], 33],
  [
    'citations',
    () => [
      {
        type: 'citation',
        part: 0,
        citation: { url: words, title: null, quote: null, start: null, end: null },
      },
    ],
    33,
  ],
];

test.each(ENDLESS)('a stream of endless %s ends with an error', (_what, events, frames) => {
  const passages = [
    translated(PROTOCOLS['openai-responses'], saying(events), context, 'tag'),
    forwarded(saying(events), SSE, 'tag'),
  ];
  for (const passage of passages) {
    const stream = passage.stream();
    const frame = Buffer.from('data: x\n\n');
    const [first, ...more] = Array.from({ length: frames }, () => stream.read(frame, 'x'));
    expect(first?.error).toBeNull();
    expect(more.at(-1)).toMatchObject({ error: expect.stringContaining('32 MB') });
  }
});

test('half a million pieces are an answer yet', () => {
  const pieces = saying(() => [{ type: 'text', part: 0, text: 'word' }]);
  const stream = translated(PROTOCOLS['openai-chat'], pieces, context, 'tag').stream();
  const frame = Buffer.from('data: x\n\n');
  for (let count = 0; count < 450_000; count++) {
    if (stream.read(frame, 'x').error !== null) throw new Error(`refused at ${count}`);
  }
});
