import { createReadStream } from 'node:fs';
import { appendFile, open, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const NAME = /^(\d{12})\.(seg|bad)$/;
const NEWLINE = 0x0a;

/** The path of a segment; segments are numbered upwards and never reuse a number. */
export function segmentPath(dir: string, segment: number, kind: 'seg' | 'bad' = 'seg'): string {
  return path.join(dir, `${String(segment).padStart(12, '0')}.${kind}`);
}

/** The segments in a directory, oldest first, and the first number that was never used. */
export async function listSegments(dir: string): Promise<{ segments: number[]; next: number }> {
  const segments: number[] = [];
  let next = 1;
  for (const name of await readdir(dir)) {
    const found = NAME.exec(name);
    if (!found) continue;
    const segment = Number(found[1]);
    next = Math.max(next, segment + 1);
    if (found[2] === 'seg') segments.push(segment);
  }
  return { segments: segments.sort((a, b) => a - b), next };
}

/** How many whole lines a segment holds, damaged ones included. */
export async function countLines(file: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
  }
  return lines;
}

/** The bytes of a segment from `from` up to `to` or its end; undefined when the file is gone. */
export async function readSegment(
  file: string,
  from: number,
  to: number,
): Promise<Buffer | undefined> {
  try {
    await using handle = await open(file, 'r');
    const end = Math.min(to, (await handle.stat()).size);
    const bytes = Buffer.alloc(Math.max(0, end - from));
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, from + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Deletes a segment whose records are all delivered. */
export async function dropSegment(dir: string, segment: number): Promise<void> {
  await rm(segmentPath(dir, segment), { force: true });
}

/** Keeps damaged lines of a segment beside it, for a person to look at; `first` starts the file anew. */
export async function keepBadLines(
  file: string,
  lines: readonly Buffer[],
  first: boolean,
): Promise<void> {
  const bytes = Buffer.concat(lines);
  await (first ? writeFile(file, bytes) : appendFile(file, bytes));
}
