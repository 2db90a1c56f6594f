import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '#shared/errors.ts';
import type { ParsedImport } from './import-row.ts';
import type { ImportTask, ThreadAnswer } from './parse-apart.ts';
import { parseImport } from './parse-import.ts';

/** Rows of one answer: what takes a few milliseconds to be taken over by the server. */
const AT_ONCE = 2_000;

const { format, most, text } = workerData as ImportTask;
const parsed = attempt();
let from = 0;

// Each question is answered with the next part, so that the server has a turn in between.
parentPort?.on('message', () => {
  parentPort?.postMessage(next());
});

function attempt(): ParsedImport | AppError {
  try {
    return parseImport(text, format, most);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

function next(): ThreadAnswer {
  if (parsed instanceof AppError) return { refused: parsed.message };
  const rows = parsed.rows.slice(from, from + AT_ONCE);
  const problems = parsed.problems.slice(from, from + AT_ONCE);
  from += AT_ONCE;
  const done = from >= Math.max(parsed.rows.length, parsed.problems.length);
  return { rows, problems, done };
}
