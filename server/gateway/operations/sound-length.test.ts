import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Form } from './multipart.ts';
import { soundLength, subtitleSeconds } from './sound-length.ts';

type Fmt = { tag?: number; channels?: number; rate?: number; bits?: number; sum?: number };

/** A WAV file of so many bytes of sound, as encoders write it; `before` stands before the sound. */
function wav(bytes: number, fmt: Fmt = {}, before = Buffer.alloc(0)): Buffer {
  const { tag = 1, channels = 1, rate = 16_000, bits = 16, sum = 0 } = fmt;
  const head = Buffer.alloc(24);
  head.write('fmt ', 0, 'latin1');
  head.writeUInt32LE(16, 4);
  head.writeUInt16LE(tag, 8);
  head.writeUInt16LE(channels, 10);
  head.writeUInt32LE(rate, 12);
  head.writeUInt32LE(sum, 16);
  head.writeUInt16LE((channels * bits) / 8, 20);
  head.writeUInt16LE(bits, 22);
  const data = Buffer.concat([Buffer.from('data\xff\xff\xff\xff', 'latin1'), Buffer.alloc(bytes)]);
  return Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE', 'latin1'), head, before, data]);
}

function formOf(...parts: [name: string, content: Buffer][]): Form {
  const bytes = Buffer.concat(parts.map(([, content]) => content));
  let at = 0;
  const found = parts.map(([name, content]) => {
    const start = at;
    at += content.length;
    return { name, filename: name === 'file' ? 'a' : null, from: start, start, end: at };
  });
  return { bytes, boundary: 'x', parts: found, closing: at };
}
const lengthOf = (sound: Buffer) => soundLength(formOf(['file', sound]));

describe('how long sound is', () => {
  test.each<[string, Buffer, number]>([
    ['16 kHz', wav(320_000), 10],
    ['two channels of 44.1 kHz', wav(176_400, { channels: 2, rate: 44_100 }), 1],
    ['fractions', wav(96_000, { tag: 3, rate: 8_000, bits: 32 }), 3],
    ['a longer header', wav(64_000, { tag: 0xfffe }), 2],
    ['a list before it', wav(32_000, {}, Buffer.from('LIST\x03\0\0\0abc\0', 'latin1')), 1],
    ['a header that claims another sum', wav(320_000, { sum: 4_000_000_000 }), 10],
  ])('an uncompressed WAV file of %s tells it', (_what, sound, seconds) => {
    expect(lengthOf(sound)).toEqual({ seconds, measured: true });
  });

  test.each<[string, Buffer, number]>([
    ['MP3', Buffer.concat([Buffer.from('ID3'), Buffer.alloc(39_997)]), 10],
    ['a few bytes', Buffer.alloc(11), 1],
    ['compressed WAV', wav(40_000 - 44, { tag: 0x55 }), 10],
    ['a WAV file of a million hertz', wav(40_000 - 44, { rate: 1_000_000 }), 10],
    ['a WAV file without sound', wav(0).subarray(0, 36), 1],
    ['nothing', Buffer.alloc(0), 0],
  ])('%s is guessed by its size, 4,000 bytes a second', (_what, sound, seconds) => {
    expect(lengthOf(sound)).toEqual({ seconds, measured: false });
  });

  test('what is given by its address counts as an hour, whatever stands beside it', () => {
    expect(soundLength(formOf(['url', Buffer.from('https://a')]))).toEqual({
      seconds: 3_600,
      measured: false,
    });
    const both = formOf(['file', wav(320_000)], ['url', Buffer.from('https://a')]);
    expect(soundLength(both)).toEqual({ seconds: 3_610, measured: false });
  });

  test('no bytes break it, and none but empty ones cost nothing', () => {
    const start = fc.constantFrom(Buffer.alloc(0), wav(0), wav(0).subarray(0, 20));
    fc.assert(
      fc.property(start, fc.uint8Array({ minLength: 1, maxLength: 200 }), (head, rest) => {
        const { seconds } = lengthOf(Buffer.concat([head, rest]));
        expect(Number.isFinite(seconds) && seconds > 0).toBe(true);
      }),
    );
  });
});

test.each<[string, number | null]>([
  ['1\n00:00:00,000 --> 00:00:04,500\nHello\n', 4.5],
  ['WEBVTT\n\n00:00.000 --> 00:02.000\nA\n\n01:59:58.000 --> 02:00:01.25\nB\n', 7_201.25],
  ['a text --> of its own', null],
  ['', null],
])('%j ends at %s', (text, seconds) => {
  expect(subtitleSeconds(text)).toBe(seconds);
});
