import type { Request } from 'express';
import type { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { pathOfNul } from '../infra/path-of-nul.ts';
import { readBody } from '../infra/read-body.ts';
import type { InputIssue } from './dialects.ts';
import type { Route } from './route-spec.ts';

const MOST_BYTES = 1_048_576;
/** More than anybody reads. */
const MOST_ISSUES = 20;

/** Thrown when the input is not what the route asks for. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
  readonly issues: readonly InputIssue[];

  constructor(issues: readonly InputIssue[]) {
    super('The input is not what the route asks for.');
    this.issues = issues.slice(0, MOST_ISSUES);
  }

  /** The first mistake, in words. */
  asAppError(): AppError {
    const first = this.issues[0] ?? { loc: ['body'], message: 'is not valid' };
    const param = first.loc.slice(1).join('.') || String(first.loc[0]);
    return new AppError('bad_request', `${param}: ${first.message}`, { param });
  }
}

/**
 * Everything a request says, checked.
 * @throws InvalidInput; AppError body_too_large, unsupported_media_type, client_closed.
 */
export async function readInput(spec: Route, req: Request, signal: AbortSignal) {
  const params = parse('path', spec.params, { ...req.params });
  const query = parse('query', spec.query, { ...req.query });
  if (!spec.body) return { params, query, body: undefined, raw: Buffer.alloc(0) };
  const raw = await readBody(req, spec.mostBytes ?? MOST_BYTES, signal);
  return { params, query, body: parse('body', spec.body, fromJson(raw)), raw };
}

function parse(place: string, schema: z.ZodType | undefined, given: unknown): unknown {
  if (!schema) return undefined;
  const nul = pathOfNul(given);
  if (nul !== null) {
    const loc = nul === '' ? [place] : [place, ...nul.split('.')];
    throw new InvalidInput([{ loc, message: 'must not hold a NUL character' }]);
  }
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  throw new InvalidInput(
    read.error.issues.map(({ path, message }) => ({
      loc: [place, ...path.map((step) => (typeof step === 'number' ? step : String(step)))],
      message,
    })),
  );
}

/** No body at all is `undefined`, which a schema may allow. */
function fromJson(raw: Buffer): unknown {
  if (raw.length === 0) return undefined;
  try {
    return JSON.parse(raw.toString('utf8'));
  } catch {
    throw new InvalidInput([{ loc: ['body'], message: 'is not JSON' }]);
  }
}
