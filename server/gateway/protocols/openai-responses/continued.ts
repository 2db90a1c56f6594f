import {
  type ResponsesRequest,
  ResponsesRequest as Schema,
} from '#shared/wire/openai-responses.ts';
import { check, isObject, parseBody, rewrite } from '../body.ts';
import type { ArrivedCall } from '../protocol.ts';
import { itemId } from './ids.ts';
import { typeOf } from './read-items.ts';

/*
 * How a request goes on from what was kept of an earlier one. The protocol keeps nothing itself.
 * Source: https://platform.openai.com/docs/guides/conversation-state
 */

type Item = Record<string, unknown>;

/**
 * A request's own input as a list of items, each with an id: what is kept of it, and what
 * `GET /v1/responses/{id}/input_items` shows. References to kept items are not among them.
 * Source: https://platform.openai.com/docs/api-reference/responses/input-items
 * @throws AppError bad_request naming the member at fault.
 */
export function inputItems(call: ArrivedCall, requestId: string): Item[] {
  const { input } = check(Schema, parseBody(call.body).json);
  return listOf(input)
    .filter((item) => typeOf(item) !== 'item_reference')
    .map((item, index) => {
      const type = typeOf(item);
      const id = typeof item['id'] === 'string' ? item['id'] : null;
      const listed = { ...item, type, id: id ?? itemId(type, requestId, { in: 'input', index }) };
      return type === 'message' ? { ...listed, ...messageAsListed(item) } : listed;
    });
}

/** Ids of the kept items that a request refers to instead of sending them. */
export function referencedItems(call: ArrivedCall): string[] {
  const { input } = check(Schema, parseBody(call.body).json);
  return listOf(input).flatMap((item) => referredTo(item) ?? []);
}

/**
 * The request with what came before it put before its own input, and the references in it replaced
 * by the items they mean: it stands for itself and needs nobody's memory. `earlier` are the items of
 * the responses it continues, oldest first, inputs and outputs as they were; `kept` are items by id.
 * @throws AppError bad_request naming the member at fault.
 */
export function continued(
  call: ArrivedCall,
  earlier: readonly object[],
  kept: ReadonlyMap<string, object> = new Map(),
): ArrivedCall {
  const body = parseBody(call.body);
  const { input } = check(Schema, body.json);
  const known = new Set(earlier.map((item) => ('id' in item ? item.id : null)));
  const own = listOf(input).flatMap((item): object[] => {
    const id = referredTo(item);
    if (id === null) return [item];
    // What stands in the history already is not said twice.
    return known.has(id) ? [] : [kept.get(id) ?? item];
  });
  const changes = new Map<string, unknown>([
    ['input', [...earlier, ...own]],
    ['previous_response_id', undefined],
  ]);
  return { ...call, body: rewrite(body, changes) };
}

function listOf(input: ResponsesRequest['input']): Item[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }];
  return input ?? [];
}

function referredTo(item: Item): string | null {
  const { id } = item;
  return typeOf(item) === 'item_reference' && typeof id === 'string' ? id : null;
}

/** Messages are listed with a status, and with their content as parts. */
function messageAsListed({ role, content, status }: Item): Item {
  const type = role === 'assistant' ? 'output_text' : 'input_text';
  const part = { type, text: content, ...(role === 'assistant' ? { annotations: [] } : {}) };
  const parts = typeof content === 'string' ? [part] : content;
  return {
    content: Array.isArray(parts) ? parts.filter(isObject) : [],
    status: typeof status === 'string' ? status : 'completed',
  };
}
