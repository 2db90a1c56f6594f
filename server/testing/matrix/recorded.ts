import type { ServerResponse } from 'node:http';
import type { ReceivedCall, Respond } from '../scripted-upstream.ts';

/** What a platform sends in answer to such a call, without a network between. */
export async function recorded(respond: Respond, stream: boolean): Promise<Buffer> {
  const sent: Buffer[] = [];
  const keep = (more?: unknown) => {
    if (more) sent.push(Buffer.from(String(more)));
    return true;
  };
  const res = { writeHead: () => res, write: keep, end: keep };
  const call: ReceivedCall = {
    method: 'POST',
    bytes: Buffer.alloc(0),
    path: stream ? '/v1/models/tiny:streamGenerateContent?alt=sse' : '/',
    headers: {},
    text: '',
    json: { stream },
    closed: Promise.resolve(),
  };
  await respond(call, res as unknown as ServerResponse);
  return Buffer.concat(sent);
}

/** The frames of a stream, each with the blank line that ends it. */
export async function recordedFrames(respond: Respond): Promise<string[]> {
  const text = (await recorded(respond, true)).toString();
  return text.split(/(?<=\n\n)/).filter((frame) => frame !== '');
}
