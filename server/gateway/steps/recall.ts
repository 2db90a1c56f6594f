import { AppError } from '#shared/errors.ts';
import type { Admitted, Recalled } from '../exchange.ts';
import type { Principal, ResponseStore, StoredResponse } from '../ports.ts';
import type { ArrivedCall } from '../protocols/protocol.ts';
import type { GatewayRequest, Keeping } from '../request.ts';
import { type AdmitDeps, holdMore, mayUse } from './admit.ts';

/** Items of so many different responses may be referred to in one request. */
const MOST_REFERRED = 100;
const MOST_ITEMS = 1_000;

export type RecallDeps = AdmitDeps & { responses: ResponseStore };

/**
 * Finds what the request refers to of earlier answers, once it is admitted: to open a conversation
 * takes long, and nobody may ask for that without end. Throws AppError previous_response_not_found,
 * bad_request or bound_elsewhere, or rate_limited or quota_exhausted when a limit has no room for all
 * that was said before.
 */
export async function recall(deps: RecallDeps, admitted: Admitted): Promise<Recalled> {
  const { call, id, request, speaks } = admitted;
  const { keeping } = speaks;
  if (!keeping) return Object.assign(admitted, { continues: null, ownInput: null });
  const { store } = request;
  const found = await earlier({ ...deps, ...admitted, keeping }, call, request);
  if (found.request !== request) await holdMore(deps, admitted, found.request);
  return Object.assign(admitted, {
    request: { ...found.request, store },
    continues: found.continues,
    ownInput: store ? () => keeping.inputItems(found.own, id) : null,
  });
}

type Recalling = RecallDeps & { keeping: Keeping } & Pick<Admitted, 'principal' | 'speaks'>;

type Earlier = {
  request: GatewayRequest;
  continues: StoredResponse | null;
  /** The request as it is kept: without the conversation it continues. */
  own: ArrivedCall;
};

/**
 * A conversation that is kept here is put before the request's own input, so that any platform can
 * answer. One that a platform keeps stays a reference: only the account that has it can.
 */
async function earlier(
  deps: Recalling,
  call: ArrivedCall,
  request: GatewayRequest,
): Promise<Earlier> {
  const { previousId } = request;
  const chain = previousId === null ? [] : await conversation(deps, previousId);
  const newest = chain.at(-1);
  const { items, holder } = await referred(deps, call, chain);
  if (newest?.heldBy) {
    if (holder && holder.heldBy?.accountId !== newest.heldBy.accountId) throw scattered();
    return { request, continues: newest, own: call };
  }
  if (chain.length + items.length === 0) return { request, continues: holder, own: call };
  const whole = deps.keeping.continued(call, chain, items);
  const shown = { ...call.shown, ...(previousId && { previous_response_id: previousId }) };
  const reread = deps.speaks.read({ ...whole, shown });
  const told = new Set(chain.map(({ id }) => id));
  const others = items.filter(({ id }) => !told.has(id));
  return {
    request: { ...reread, previousId },
    continues: holder,
    own: others.length > 0 ? deps.keeping.continued(call, [], others) : call,
  };
}

/** The responses that a request continues, oldest first: kept here all of them, or one at a platform. */
async function conversation(
  { responses, principal }: Recalling,
  id: string,
): Promise<StoredResponse[]> {
  if (!responses.keeps) throw nothingKept();
  const chain = await responses.chain(id, principal.userId);
  const [first] = chain;
  if (!first || !chain.every((response) => mayRead(principal, response))) throw unknown(id);
  if (first.heldBy) {
    if (chain.length > 1) throw outOfSight();
  } else if (first.previousId !== null) throw incomplete(first.previousId);
  return chain;
}

/** A key sees nothing of models it may not use. */
export function mayRead(principal: Principal, { model }: StoredResponse): boolean {
  return mayUse(principal, model);
}

type Referred = { items: StoredResponse[]; holder: StoredResponse | null };

/**
 * Responses whose items the request refers to: those kept here, and one at the account that has all
 * of the others. An account is lent to many, and opens to each what it made for any: so only what is
 * known to be this person's may be referred to, where anything is known.
 */
async function referred(
  deps: Recalling,
  call: ArrivedCall,
  chain: readonly StoredResponse[],
): Promise<Referred> {
  const { responses, principal } = deps;
  const ids = deps.keeping.refersTo(call);
  if (ids.responses.length > MOST_REFERRED || ids.items.length > MOST_ITEMS) {
    throw new AppError(
      'bad_request',
      `The input refers to items of more than ${MOST_REFERRED} responses, or to more than ${MOST_ITEMS} items. Send the items, or previous_response_id.`,
      { param: 'input' },
    );
  }
  const found = (await responses.findAll(ids.responses, principal.userId)).filter((response) =>
    mayRead(principal, response),
  );
  const held = ids.items.length > 0 ? await responses.holding(ids.items, principal.userId) : [];
  const holders = held.filter((response) => mayRead(principal, response));
  if (new Set(holders.map(({ heldBy }) => heldBy?.accountId)).size > 1) throw scattered();
  if (responses.keeps) refuseUnknown(deps.keeping, ids, { found, others: [...chain, ...holders] });
  return { items: found, holder: holders[0] ?? null };
}

/** Throws AppError bad_request for an item of nobody's, and of another person's alike. */
function refuseUnknown(
  keeping: Keeping,
  ids: ReturnType<Keeping['refersTo']>,
  known: { found: readonly StoredResponse[]; others: readonly StoredResponse[] },
): void {
  if (ids.items.length + ids.responses.length === 0) return;
  const responses = new Set([...known.found, ...known.others].map(({ id }) => id));
  const items = new Set(known.others.flatMap((response) => keeping.itemIdsOf(response)));
  const missing =
    ids.responses.find((id) => !responses.has(id)) ?? ids.items.find((id) => !items.has(id));
  if (missing === undefined) return;
  throw new AppError(
    'bad_request',
    `The input refers to "${missing.slice(0, 200)}", which is not known here. It may have been deleted or have expired. Send the item itself instead of a reference.`,
    { param: 'input' },
  );
}

function unknown(id: string): AppError {
  return new AppError(
    'previous_response_not_found',
    `Previous response with id '${id.slice(0, 200)}' not found.`,
    { param: 'previous_response_id' },
  );
}

function incomplete(missing: string): AppError {
  return new AppError(
    'previous_response_not_found',
    `Previous response with id '${missing}' not found: an earlier part of this conversation was deleted or has expired. Send the conversation whole instead of previous_response_id.`,
    { param: 'previous_response_id' },
  );
}

function nothingKept(): AppError {
  return new AppError(
    'previous_response_not_found',
    'This server keeps no responses (RESPONSES_RETENTION_DAYS is 0). Send the conversation whole instead of previous_response_id.',
    { param: 'previous_response_id' },
  );
}

function scattered(): AppError {
  return new AppError(
    'bound_elsewhere',
    'The items that the input refers to are kept by different accounts. Send the items themselves instead of references.',
    { param: 'input' },
  );
}

function outOfSight(): AppError {
  return new AppError(
    'bound_elsewhere',
    'An earlier part of this conversation is kept by a platform and cannot be read here. Send the conversation whole instead of previous_response_id.',
    { param: 'previous_response_id' },
  );
}
