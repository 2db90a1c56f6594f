const MARK = 0x40;
const DIGITS = 16;
const DONE = 'data: [DONE]';

/** Microseconds of the system's monotonic clock, which all processes on this machine share. */
export function sharedMicros(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000_000 + Math.round(nanoseconds / 1000);
}

/** A stamp as it stands in a chunk's text: `@` and the shared clock. */
export function stamp(): string {
  return `@${String(sharedMicros()).padStart(DIGITS, '0')}`;
}

/** Finds stamps in a stream's bytes, however they are cut, and says how old each is (ms). */
export function createStampReader(onStamp: (delayMs: number) => void, now = sharedMicros) {
  let held = '';
  let tail = '';

  /** Reads the stamp at a mark; false when its digits are not all there. */
  function read(text: string, mark: number): boolean {
    if (text.length - mark <= DIGITS) return false;
    onStamp((now() - Number(text.slice(mark + 1, mark + 1 + DIGITS))) / 1000);
    return true;
  }

  return {
    push(bytes: Buffer): void {
      // NOTE: most parts have one stamp or none, so finding its byte first saves decoding the rest.
      const first = held === '' ? bytes.indexOf(MARK) : 0;
      tail = (tail + bytes.toString('latin1', Math.max(0, bytes.length - 32))).slice(-32);
      if (first < 0) return;
      const text = held + bytes.toString('latin1', first);
      held = '';
      for (let mark = text.indexOf('@'); mark >= 0; mark = text.indexOf('@', mark + 1)) {
        if (!read(text, mark)) {
          held = text.slice(mark);
          return;
        }
      }
    },
    /** Whether the stream said that it ends. */
    done: () => tail.includes(DONE),
  };
}
