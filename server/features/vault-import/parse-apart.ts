import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError } from '#shared/errors.ts';
import type { ImportText, ParsedImport } from './import-row.ts';

export type ImportTask = { text: string; format: ImportText; most: number };

/** A part of what was found, or why nothing was. */
export type ThreadAnswer = { refused: string } | (ParsedImport & { done: boolean });

export type ParseImport = (text: string, format: ImportText) => Promise<ParsedImport>;

const LONGEST_MS = 60_000;
/** Many times what the longest file needs. */
const MOST_MEGABYTES = 1_024;
const THREAD = new URL('./import-thread.ts', import.meta.url);

/**
 * Reads files of tokens in a thread of their own, one at a time, so that requests are answered
 * meanwhile. What it makes throws AppError bad_request when a file holds more than `most`, or is
 * nothing that can be read.
 */
export function createImportParser(most: number): ParseImport {
  let last: Promise<unknown> = Promise.resolve();
  return (text, format) => {
    const mine = last.then(() => inThread({ text, format, most }));
    last = mine.catch(() => undefined);
    return mine;
  };
}

async function inThread(task: ImportTask): Promise<ParsedImport> {
  const worker = new Worker(THREAD, {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
  });
  // Events wait for nobody: one that died between two questions is an error of the next one.
  const died = new Promise<never>((_resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread ended')));
  });
  died.catch(() => undefined);
  const signal = AbortSignal.timeout(LONGEST_MS);
  try {
    const found: ParsedImport = { rows: [], problems: [] };
    for (;;) {
      const heard = once(worker, 'message', { signal });
      heard.catch(() => undefined);
      worker.postMessage('next');
      const [answer]: ThreadAnswer[] = await Promise.race([heard, died]);
      if (!answer || 'refused' in answer) throw refusal(answer?.refused ?? UNREADABLE);
      found.rows.push(...answer.rows);
      found.problems.push(...answer.problems);
      if (answer.done) return found;
    }
  } catch (cause) {
    throw cause instanceof AppError ? cause : refusal(UNREADABLE, cause);
  } finally {
    await worker.terminate();
  }
}

const UNREADABLE = 'The file cannot be read: it takes too long or too much memory. Do it in parts.';

function refusal(message: string, cause?: unknown): AppError {
  return new AppError('bad_request', message, { param: 'text', cause });
}
