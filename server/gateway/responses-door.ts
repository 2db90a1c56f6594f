import type { Request } from 'express';
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import { type AskHolderDeps, askHolder, type HolderQuestion } from './ask-holder.ts';
import type { Principal, QuotaGate, ResponseStore, StoredResponse } from './ports.ts';
import { check } from './protocols/body.ts';
import { queryOf } from './request-query.ts';
import { RESPONSE_ID } from './responses-keeping.ts';
import { mayRead } from './steps/recall.ts';

export type ResponsesDoorDeps = AskHolderDeps & { quotas: QuotaGate; responses: ResponseStore };

/** A request that is answered at once, without going down the path. */
export type Asking = { requestId: string; signal: AbortSignal };

/** An object to be sent as JSON, or the bytes of one. */
export type Said = object | Buffer;

const MOST_ITEMS = 100;

const ListQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MOST_ITEMS).default(20),
  order: z.enum(['asc', 'desc']).default('desc'),
  after: z.string().optional(),
});

/** Answers one request about a response. */
type Look = (principal: Principal, req: Request, asking: Asking) => Promise<Said>;

const NOTHING_SPENT = { tokens: 0, cost: 0 };

/** Parts of a query that mean something to the platform that keeps a response. */
const PASSED_ON = new Set(['include', 'include[]', 'limit', 'order', 'after']);

/**
 * Stored responses, one at a time. What is kept here is answered from here; what a platform keeps is
 * asked of the account that has it. Another person's are unknown, like any other. Every look counts as
 * one request under every limit: it may open, or fetch, many megabytes.
 * Source: https://platform.openai.com/docs/api-reference/responses
 */
export function createResponsesDoor(deps: ResponsesDoorDeps) {
  const counted =
    (look: Look): Look =>
    async (principal, req, asking) => {
      const { requestId } = asking;
      const { rules } = principal;
      const hold = await deps.quotas.hold({ ...NOTHING_SPENT, requestId, rules });
      try {
        return await look(principal, req, asking);
      } finally {
        deps.quotas.settle(hold, NOTHING_SPENT);
      }
    };

  async function find(principal: Principal, req: Request): Promise<StoredResponse> {
    const id = idIn(req);
    const found = await deps.responses.find(id, principal.userId);
    if (found && mayRead(principal, found)) return found;
    throw unknown(id);
  }

  async function passOn(question: Omit<HolderQuestion, 'headers'>, req: Request): Promise<Buffer> {
    const said = await askHolder(deps, { ...question, headers: req.headers });
    if (said) return said;
    throw unknown(question.response.id);
  }

  return {
    retrieve: counted(async (principal, req, { signal }) => {
      const response = await find(principal, req);
      refuseStream(req);
      if (response.answer) return response.answer;
      return passOn({ response, principal, method: 'GET', rest: restOf(req), signal }, req);
    }),

    remove: counted(async (principal, req, { signal }) => {
      const response = await find(principal, req);
      const { id, heldBy } = response;
      if (heldBy) {
        const question = { response, principal, method: 'DELETE', rest: '', signal } as const;
        await askHolder(deps, { ...question, headers: req.headers });
      }
      if (!(await deps.responses.delete(id, principal.userId))) throw unknown(id);
      return { id, object: 'response', deleted: true };
    }),

    cancel: counted(async (principal, req, { signal }) => {
      const response = await find(principal, req);
      if (!response.heldBy) {
        throw new AppError(
          'bad_request',
          'Only responses that are made in the background can be cancelled, and this one was not.',
          { param: 'response_id' },
        );
      }
      return passOn({ response, principal, method: 'POST', rest: '/cancel', signal }, req);
    }),

    inputItems: counted(async (principal, req, { signal }) => {
      const response = await find(principal, req);
      if (!response.heldBy) return listed(response.input, req);
      const rest = `/input_items${restOf(req)}`;
      return passOn({ response, principal, method: 'GET', rest, signal }, req);
    }),
  };
}

function idIn(req: Request): string {
  const id = String(req.params['id']);
  if (RESPONSE_ID.test(id)) return id;
  throw new AppError(
    'bad_request',
    'The id of a response has letters, digits, underscores and dashes only, 200 at most.',
    { param: 'response_id' },
  );
}

function refuseStream(req: Request): void {
  const stream = queryOf(req).get('stream');
  if (stream === null || stream === 'false') return;
  throw new AppError(
    'bad_request',
    'A stored response is sent whole, not as a stream. Ask again without stream.',
    { param: 'stream' },
  );
}

/** The query for the platform, with its question mark; empty when there is none. */
function restOf(req: Request): string {
  const passed = [...queryOf(req)].filter(([name]) => PASSED_ON.has(name));
  return passed.length > 0 ? `?${new URLSearchParams(passed)}` : '';
}

/** @throws AppError bad_request naming the parameter at fault. */
function listed(items: readonly object[], req: Request): object {
  const { after, limit, order } = check(ListQuery, Object.fromEntries(queryOf(req)));
  const sorted = items.map((item) => ({ id: null, ...item }));
  if (order === 'desc') sorted.reverse();
  const start = after === undefined ? 0 : sorted.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) {
    throw new AppError('bad_request', 'after: there is no item with this id.', { param: 'after' });
  }
  const data = sorted.slice(start, start + limit);
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: start + limit < sorted.length,
  };
}

function unknown(id: string): AppError {
  return new AppError('not_found', `Response with id '${id}' not found.`, {
    param: 'response_id',
  });
}
