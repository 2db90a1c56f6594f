import { toAppError } from '#shared/errors.ts';
import { Operation, type Protocol as ProtocolId } from '#shared/schemas/platforms.ts';
import type { Door } from '../../gateway/request.ts';
import type { Platform } from '../../platforms/platform.ts';
import type { HostileDoor } from './doors.ts';

/** A platform of one protocol that offers everything else as well. */
export function platformOf(protocol: ProtocolId): Platform {
  const baseUrl = 'https://platform.example/v1';
  return {
    id: 'lab',
    name: 'Lab',
    endpoints: [{ protocol, baseUrl, auth: 'bearer' }],
    operations: Object.fromEntries(
      Operation.options.map((operation) => [operation, { baseUrl, path: `/${operation}` }]),
    ),
    keyUrl: null,
    listsModels: true,
    models: [],
    keyOptional: false,
  };
}

const TARGET = { accountId: 'a1', platformId: 'lab', upstreamModel: 'tiny', weight: 1 };

/**
 * Takes a body through its door up to the call, as the path does, but without HTTP.
 * @throws whatever is not a refusal with a reason: that would be an error of ours.
 */
export function prepared(
  { door, path }: Pick<HostileDoor, 'door' | 'path'>,
  platform: Platform,
  body: string,
): 'refused' | 'sent' {
  try {
    return send(door, path, platform, Buffer.from(body));
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'internal')
      throw new Error(`not refused but broken: ${body.slice(0, 2_000)}`, { cause: thrown });
    return 'refused';
  }
}

function send(door: Door, path: string, platform: Platform, body: Buffer): 'sent' {
  const [, model = null, action = null] = /models\/(.+):(.+)$/.exec(path) ?? [];
  const headers = { 'content-type': 'application/json' };
  const call = { body, headers, model, action, query: new URLSearchParams() };
  const { keeping } = door;
  keeping?.refersTo(call);
  const request = door.read(call);
  keeping?.inputItems(call, 'request-1');
  request.promptTexts();
  const target = { ...TARGET, own: true, busy: 0, secret: 'secret', options: {} };
  const plan = request.plan(platform);
  if (!plan) throw new Error('a platform that offers everything was not asked');
  const ready = plan(target, { id: 'request-1', at: 1 });
  if (ready.contentType === 'application/json' && !ready.answerHere)
    JSON.parse(ready.body.toString());
  return 'sent';
}
