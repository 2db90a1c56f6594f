import type { Form } from './multipart.ts';

/** How long a request's sound is; `measured` when its own header tells. */
export type SoundLength = { seconds: number; measured: boolean };

/** What speech is taken to have where its header is not read: 32 kbit/s, little for most encoders. */
const BYTES_A_SECOND = 32_000 / 8;
/** What is given by its address is not seen here. */
const BY_ADDRESS_SECONDS = 3_600;

/**
 * How long the sound of a form is: read from the header of uncompressed WAV, else guessed by its
 * bytes; whatever is given by its address counts as an hour.
 */
export function soundLength({ bytes, parts }: Form): SoundLength {
  const sounds = parts.filter(({ name }) => name === 'file');
  const lengths = sounds.map(({ end, start }) => lengthOf(bytes.subarray(start, end)));
  const elsewhere = parts.some(({ name }) => name === 'url');
  return {
    seconds:
      lengths.reduce((sum, { seconds }) => sum + seconds, 0) + (elsewhere ? BY_ADDRESS_SECONDS : 0),
    measured: !elsewhere && lengths.every(({ measured }) => measured),
  };
}

function lengthOf(sound: Buffer): SoundLength {
  const seconds = wavSeconds(sound);
  return seconds === null
    ? { seconds: Math.ceil(sound.length / BYTES_A_SECOND), measured: false }
    : { seconds, measured: true };
}

/** Forms of samples that are not compressed: whole numbers, fractions, and either with a longer header. */
const PLAIN = new Set([0x0001, 0x0003, 0xfffe]);
const FMT_BYTES = 16;
/** Chunks before the sound that are looked past. */
const MOST_CHUNKS = 100;

/**
 * Seconds of an uncompressed WAV file; null for anything else. The header's own sum and size are not
 * trusted: what follows it is sound, at the rate and width it is decoded with.
 * Source: https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html
 */
function wavSeconds(sound: Buffer): number | null {
  if (sound.toString('latin1', 0, 4) !== 'RIFF') return null;
  if (sound.toString('latin1', 8, 12) !== 'WAVE') return null;
  let rate: number | null = null;
  let at = 12;
  for (let seen = 0; seen < MOST_CHUNKS && at + 8 <= sound.length; seen += 1) {
    const name = sound.toString('latin1', at, at + 4);
    const size = sound.readUInt32LE(at + 4);
    const from = at + 8;
    if (name === 'data') return rate === null ? null : (sound.length - from) / rate;
    if (name === 'fmt ') rate = bytesASecond(sound.subarray(from, from + size));
    at = from + size + (size % 2);
  }
  return null;
}

/** Null for samples that are compressed, or more than any microphone makes. */
function bytesASecond(fmt: Buffer): number | null {
  if (fmt.length < FMT_BYTES || !PLAIN.has(fmt.readUInt16LE(0))) return null;
  const [channels, rate, bits] = [fmt.readUInt16LE(2), fmt.readUInt32LE(4), fmt.readUInt16LE(14)];
  const known = channels >= 1 && channels <= 8 && rate >= 1 && rate <= 192_000;
  return known && [8, 16, 24, 32, 64].includes(bits) ? (channels * rate * bits) / 8 : null;
}

const CUE_END = /^-->\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})/;

/** The end of the last line of subtitles (srt or vtt), in seconds; null when there is none. */
export function subtitleSeconds(text: string): number | null {
  const at = text.lastIndexOf('-->');
  const found = at < 0 ? null : CUE_END.exec(text.slice(at, at + 40));
  if (!found) return null;
  const [, hours = '0', minutes = '0', seconds = '0', rest = '0'] = found;
  return (
    Number(hours) * 3_600 +
    Number(minutes) * 60 +
    Number(seconds) +
    Number(rest.padEnd(3, '0')) / 1_000
  );
}
