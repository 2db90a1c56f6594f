import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createResponseParser } from './response-parser.ts';

const SIZED = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const CHUNKED =
  'HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n';
const EMPTY = 'HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n';

/** What the parser makes of the parts: each answer's status and body. */
function parse(parts: readonly string[]) {
  const answers: { status: number; body: string }[] = [];
  let body = '';
  const parser = createResponseParser({
    body: (bytes) => {
      body += bytes.toString();
    },
    end: (status) => {
      answers.push({ status, body });
      body = '';
    },
  });
  for (const part of parts) parser.push(Buffer.from(part));
  return answers;
}

test('answers of known length, of chunks and without a body are read one after another', () => {
  expect(parse([SIZED + CHUNKED + EMPTY + SIZED])).toEqual([
    { status: 200, body: 'hello' },
    { status: 201, body: 'hello' },
    { status: 204, body: '' },
    { status: 200, body: 'hello' },
  ]);
});

test('however the bytes are cut, the answers are the same', () => {
  const text = SIZED + CHUNKED + SIZED;
  fc.assert(
    fc.property(fc.array(fc.nat({ max: text.length })), (cuts) => {
      const sorted = [0, ...cuts.toSorted((a, b) => a - b), text.length];
      const parts = sorted.slice(1).map((end, index) => text.slice(sorted[index], end));
      expect(parse(parts)).toEqual(parse([text]));
    }),
  );
});

test('half an answer is none', () => {
  expect(parse([CHUNKED.slice(0, -1)])).toEqual([]);
});
