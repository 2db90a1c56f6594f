import { expect, test } from 'vitest';
import { PROTOCOLS } from '#server/gateway/protocols/index.ts';
import { Protocol } from '#shared/schemas/platforms.ts';
import { WIRES } from './wire.ts';

test.each(Protocol.options)('Gatehouse reads the %s frames as one text that ends well', (id) => {
  const { closing, opening, words } = WIRES[id];
  const stream = `${opening}${words('lorem')}${words(' ipsum')}${closing('lorem ipsum')}`;
  const reader = PROTOCOLS[id].streamReader();
  const frames = stream.split('\n\n').slice(0, -1);
  const events = frames.flatMap((frame) => reader.read(frame.slice(frame.indexOf('data: ') + 6)));
  events.push(...reader.end());
  const texts = events.flatMap((event) => (event.type === 'text' ? [event.text] : []));
  expect(texts).toEqual(['lorem', ' ipsum']);
  expect(events.at(-1)?.type).toBe('done');
  expect(events.findLast(({ type }) => type === 'usage')).toMatchObject({
    usage: { inputTokens: 110, outputTokens: 80 },
  });
});

test.each(Protocol.options)('only the last frame of a %s stream says that it ends', (id) => {
  const { closing, end, opening, words } = WIRES[id];
  expect(opening + words('lorem')).not.toContain(end);
  expect(closing('lorem')).toContain(end);
});
