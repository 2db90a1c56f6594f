/** Prefixes as OpenAI has them, by type of item. */
const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['message', 'msg'],
  ['reasoning', 'rs'],
  ['function_call', 'fc'],
  ['function_call_output', 'fco'],
  ['custom_tool_call', 'ctc'],
  ['custom_tool_call_output', 'ctco'],
]);

/** Bounded: an id comes from a client, a body from one, and either may be many megabytes long. */
const ITEM = '[a-z]{1,10}_([0-9a-f]{32})_[io]\\d{1,6}';
const OURS = new RegExp(`^${ITEM}$`);
const OURS_IN_JSON = new RegExp(`"${ITEM}"`);

/** The id of the response that answers a request. */
export function responseId(requestId: string): string {
  return `resp_${plain(requestId)}`;
}

/** The id of the request's n-th item, of its input or of its output: the same each time it is asked for. */
export function itemId(
  type: string,
  requestId: string,
  place: { in: 'input' | 'output'; index: number },
): string {
  const prefix = PREFIXES.get(type) ?? 'item';
  return `${prefix}_${plain(requestId)}_${place.in === 'input' ? 'i' : 'o'}${place.index}`;
}

/** The id of the response that an item belongs to; null for an item whose id was not made here. */
export function responseOfItem(id: string): string | null {
  const request = OURS.exec(id)?.[1];
  return request === undefined ? null : responseId(request);
}

/** Whether a JSON text may name an item whose id was made here. */
export function mayNameOurs(json: string): boolean {
  return OURS_IN_JSON.test(json);
}

/** Whether an item's id was made here: no platform knows it, and some refuse what they do not know. */
export function isOurs(id: unknown): boolean {
  return typeof id === 'string' && OURS.test(id);
}

function plain(requestId: string): string {
  return requestId.replaceAll('-', '');
}
