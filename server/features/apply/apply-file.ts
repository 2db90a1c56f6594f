import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '#shared/errors.ts';
import { lineAt, readDocument } from './apply.document.ts';
import type { ApplyService } from './apply.service.ts';
import type { Environment } from './env-references.ts';
import type { PlanItem } from './plan.ts';

export type ApplyFileDeps = {
  service: ApplyService;
  /** What `${NAME}` in the file stands for. */
  env: Environment;
};

/**
 * Reads a set-up file (YAML or JSON) and applies it, or only plans it. Every AppError names the file, and the line where it is about one.
 */
export async function applyFile(
  { service, env }: ApplyFileDeps,
  file: string,
  { dryRun = false }: { dryRun?: boolean } = {},
): Promise<PlanItem[]> {
  const text = await read(file);
  const document = readDocument({ file, text, env });
  try {
    return dryRun ? await service.plan(document) : await service.apply(document);
  } catch (error) {
    if (!(error instanceof AppError) || error.param === undefined) throw error;
    const { code, message, param } = error;
    const line = lineAt(text, param);
    const where = line === undefined ? file : `${file}, line ${line}`;
    throw new AppError(code, `${where}: ${message}`, { param, cause: error });
  }
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(path.resolve(file), 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new AppError('bad_request', `${file}: ${why}`, { cause });
  }
}
