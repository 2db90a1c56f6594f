/** Prefixes as OpenAI has them, by type of item. */
const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['message', 'msg'],
  ['reasoning', 'rs'],
  ['function_call', 'fc'],
  ['function_call_output', 'fco'],
  ['custom_tool_call', 'ctc'],
  ['custom_tool_call_output', 'ctco'],
]);

/** Bounded: an id comes from a client and may be many megabytes long. */
const OURS = /^[a-z]{1,10}_[0-9a-f]{32}_[io]\d{1,6}$/;

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

/** Whether an item's id was made here: no platform knows it, and some refuse what they do not know. */
export function isOurs(id: unknown): boolean {
  return typeof id === 'string' && OURS.test(id);
}

function plain(requestId: string): string {
  return requestId.replaceAll('-', '');
}
