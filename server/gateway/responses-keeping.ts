import { frameData } from '../infra/sse.ts';
import type { StoredResponse } from './ports.ts';
import { isObject, tryParseObject } from './protocols/body.ts';
import { isOurs, mayNameOurs, responseOfItem } from './protocols/openai-responses/ids.ts';
import { continued, inputItems, referencedItems } from './protocols/openai-responses/index.ts';
import type { Frame } from './protocols/protocol.ts';
import type { Keeping } from './request.ts';

/** What may stand in a path and in `previous_response_id`: platforms name their responses freely. */
export const RESPONSE_ID = /^[\w-]{1,200}$/;

const NOTHING = { responses: [], items: [] };

/** Events that end a stream with the whole response in them. */
const CLOSING = new Set(['response.completed', 'response.incomplete']);

/**
 * How answers of the Responses protocol are kept and referred to.
 * Source: https://platform.openai.com/docs/guides/conversation-state
 */
export const responsesKeeping: Keeping = {
  protocol: 'openai-responses',

  refersTo(call) {
    // NOTE: most requests refer to nothing; only those that may are parsed for it.
    const text = call.body.toString('latin1');
    if (!text.includes('"item_reference"') && !mayNameOurs(text)) return NOTHING;
    const responses = new Set<string>();
    const items = new Set<string>();
    for (const id of referencedItems(call)) {
      const response = responseOfItem(id);
      if (response === null) items.add(id);
      else responses.add(response);
    }
    return { responses: [...responses], items: [...items] };
  },

  continued(call, earlier, items) {
    const kept = items.flatMap(itemsOf).flatMap((item): [string, object][] => {
      return typeof item['id'] === 'string' ? [[item['id'], item]] : [];
    });
    return continued(call, earlier.flatMap(itemsOf), new Map(kept));
  },

  itemIdsOf(response) {
    const ids = itemsOf(response).map(({ id }) => id);
    return [...response.itemIds, ...ids.filter((id) => typeof id === 'string')];
  },

  inputItems,

  answerIn(last, stream) {
    const json = stream ? closingResponse(last) : wholeResponse(last);
    if (json?.['object'] !== 'response') return null;
    const { id, store } = json;
    if (typeof id !== 'string' || !RESPONSE_ID.test(id)) return null;
    const itemIds = outputOf(json).flatMap((item) => {
      return typeof item['id'] === 'string' && RESPONSE_ID.test(item['id']) ? [item['id']] : [];
    });
    return { id, store: store !== false, itemIds, json };
  },
};

/** What was said in a response, question first. */
function itemsOf({ input, answer }: StoredResponse): Record<string, unknown>[] {
  return [...input, ...outputOf({ ...answer })].filter(isObject).filter(isOfUse);
}

function outputOf({ output }: Record<string, unknown>): Record<string, unknown>[] {
  return Array.isArray(output) ? output.filter(isObject) : [];
}

/** Reasoning that a platform did not keep and did not hand out sealed would be looked up in vain. */
function isOfUse({ type, id, encrypted_content: sealed }: Record<string, unknown>): boolean {
  return type !== 'reasoning' || isOurs(id) || typeof sealed === 'string';
}

function wholeResponse(last: Uint8Array | readonly Frame[]): Record<string, unknown> | null {
  return last instanceof Uint8Array ? tryParseObject(Buffer.from(last).toString()) : null;
}

function closingResponse(last: Uint8Array | readonly Frame[]): Record<string, unknown> | null {
  const datas =
    last instanceof Uint8Array
      ? [frameData(Buffer.from(last)) ?? '']
      : last.map(({ data }) => data).reverse();
  for (const data of datas) {
    const event = tryParseObject(data);
    const response = event?.['response'];
    if (CLOSING.has(String(event?.['type'])) && isObject(response)) return response;
  }
  return null;
}
