import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ChannelKind, ChannelTarget } from '#shared/schemas/alerts.ts';
import { createOutbound, type Outbound } from '../../../infra/outbound/index.ts';
import type { Message } from '../messages.ts';
import { createTell } from '../tell.ts';

/*
 * Each service by its documentation, behind a real HTTP server: it checks what it gets as they do, and
 * answers in their words.
 */

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const SECRET = 'SEC-a secret of sixteen and more';
const BOT = '12345:abcdefghijklmnopqrstuvwxyz';

type Got = { url: URL; headers: IncomingMessage['headers']; body: string };
type Answer = { status: number; body: string; headers?: Record<string, string> };
type Service = {
  path: string;
  /** What the service says to a request that is as it should be; else its refusal. */
  takes(got: Got): boolean;
  taken: string;
  refused: string;
  tooFast: Answer;
};

let respond: (got: Got) => Answer | 'silence' = () => ({ status: 200, body: '' });
const got: Got[] = [];
let base = '';
let outbound: Outbound;
let blocked: Outbound;
const server = createServer(async (req, res) => {
  const url = new URL(req.url ?? '/', 'http://service');
  const one = { url, headers: req.headers, body: await text(req) };
  got.push(one);
  const answer = respond(one);
  if (answer === 'silence') req.socket.destroy();
  else res.writeHead(answer.status, answer.headers).end(answer.body);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const log = pino({ enabled: false });
  outbound = createOutbound({ allow: ['127.0.0.1'], log });
  blocked = createOutbound({ allow: [], log });
});
afterAll(async () => {
  await Promise.all([outbound.close(), blocked.close()]);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  got.length = 0;
});

const json = ({ body }: Got) => JSON.parse(body);
const mac = (key: string, message: string) => createHmac('sha256', key).update(message);
const nowSeconds = String(Math.floor(NOW / 1_000));

const SERVICES: Readonly<Record<Exclude<ChannelKind, 'mail'>, Service>> = {
  webhook: {
    path: '/hook',
    takes: ({ body, headers }) =>
      headers['x-gatehouse-signature'] ===
      `v1=${mac(SECRET, `${headers['x-gatehouse-timestamp']}.${body}`).digest('hex')}`,
    taken: '',
    refused: 'wrong signature',
    tooFast: { status: 429, body: '', headers: { 'retry-after': '7' } },
  },
  feishu: {
    path: '/open-apis/bot/v2/hook/0123456789abcdef',
    takes: (one) => {
      const { content, msg_type, sign, timestamp } = json(one);
      const right = mac(`${timestamp}\n${SECRET}`, '').digest('base64');
      const post = content?.post?.en_us;
      const isPost = msg_type === 'post' && Array.isArray(post?.content);
      return isPost && timestamp === nowSeconds && sign === right && one.body.length <= 20_480;
    },
    taken: '{"StatusCode":0,"StatusMessage":"success","code":0,"data":{},"msg":"success"}',
    refused:
      '{"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"}',
    tooFast: { status: 400, body: '{"code":9499,"msg":"too many request","data":{}}' },
  },
  wecom: {
    path: '/cgi-bin/webhook/send?key=0123456789abcdef',
    takes: (one) => {
      const { msgtype, text: said } = json(one);
      return msgtype === 'text' && Buffer.byteLength(said.content) <= 2_048;
    },
    taken: '{"errcode":0,"errmsg":"ok"}',
    refused: '{"errcode":93000,"errmsg":"invalid webhook url, hint: [1]"}',
    tooFast: { status: 200, body: '{"errcode":45009,"errmsg":"api freq out of limit"}' },
  },
  dingtalk: {
    path: '/robot/send?access_token=0123456789abcdef',
    takes: (one) => {
      const { searchParams } = one.url;
      const timestamp = searchParams.get('timestamp');
      const right = mac(SECRET, `${timestamp}\n${SECRET}`).digest('base64');
      const isText = json(one).msgtype === 'text' && one.body.length <= 20_000;
      return isText && timestamp === String(NOW) && searchParams.get('sign') === right;
    },
    taken: '{"errcode":0,"errmsg":"ok"}',
    refused: '{"errcode":310000,"errmsg":"sign not match"}',
    tooFast: {
      status: 200,
      body: '{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}',
    },
  },
  slack: {
    path: '/services/T0/B0/0123456789abcdef',
    takes: (one) => {
      const { blocks, text: said } = json(one);
      const texts: string[] = blocks.map((block: { text: { text: string } }) => block.text.text);
      const fits = texts.every((each, at) => each.length <= (at === 0 ? 150 : 3_000));
      return fits && texts.every((each) => each.isWellFormed()) && typeof said === 'string';
    },
    taken: 'ok',
    refused: 'invalid_blocks',
    tooFast: { status: 429, body: 'rate_limited', headers: { 'retry-after': '7' } },
  },
  telegram: {
    path: '',
    takes: (one) => {
      const { chat_id, text: said } = json(one);
      const isHere = one.url.pathname === `/bot${BOT}/sendMessage`;
      return isHere && chat_id === '-100' && said.length <= 4_096 && said.isWellFormed();
    },
    taken: '{"ok":true,"result":{"message_id":1}}',
    refused: '{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}',
    tooFast: {
      status: 429,
      body: '{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}',
    },
  },
};
const KINDS = Object.keys(SERVICES) as Exclude<ChannelKind, 'mail'>[];
/** Those that say with a status that they refuse. */
const BY_STATUS: readonly ChannelKind[] = ['slack', 'webhook', 'telegram'];

/** Long, and cut anywhere it is in the middle of something. */
const LONG: Message = {
  title: '账😀'.repeat(200),
  lines: Array.from({ length: 40 }, () => '账😀'.repeat(250)),
  link: { text: 'Open', url: 'https://gh.example/alerts' },
  data: { what: 'raised', alerts: [], count: 1 },
};
const SHORT: Message = { ...LONG, title: 'Proxy down', lines: ['It does not answer.'] };

function tell(kind: Exclude<ChannelKind, 'mail'>, message = SHORT, through = outbound) {
  const said = createTell({
    outbound: through,
    mailer: { sendNow: async () => undefined },
    clock: { now: () => NOW },
  });
  const target = ChannelTarget.parse({
    url: `${base}${SERVICES[kind].path}`,
    secret: kind === 'telegram' ? BOT : SECRET,
    chatId: '-100',
  });
  return said({ kind, language: 'en', target, message, id: 'one' });
}

describe.each(KINDS)('%s', (kind) => {
  const { refused, takes, taken, tooFast } = SERVICES[kind];
  const service = (one: Got) =>
    takes(one) ? { status: 200, body: taken } : { status: 200, body: `wrong: ${one.body}` };

  test.each([
    ['short', SHORT],
    ['longer than it takes', LONG],
  ])('takes a message that is %s', async (_name, message) => {
    const right: boolean[] = [];
    respond = (one) => {
      right.push(takes(one));
      return service(one);
    };
    const told = await tell(kind, message);
    expect(right).toEqual([true]);
    expect(told).toMatchObject({ refusal: null, status: 200 });
    expect(got[0]?.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  test('a refusal is one, and not tried again', async () => {
    const status = BY_STATUS.includes(kind) ? 400 : 200;
    respond = () => ({ status, body: refused });
    const { refusal } = await tell(kind);
    expect(refusal?.again).toBe(false);
    expect(refusal?.error).toMatch(/19021|93000|310000|not found|invalid_blocks|wrong/);
  });

  test('too many at once are told later', async () => {
    respond = () => tooFast;
    const { refusal } = await tell(kind);
    expect(refusal?.again).toBe(true);
    if (tooFast.status === 429) expect(refusal?.retryAfterMs).toBe(7_000);
  });

  test('one that breaks off is tried again', async () => {
    respond = () => 'silence';
    const { refusal, status } = await tell(kind);
    expect([refusal?.again, status]).toEqual([true, null]);
  });

  test('a redirect is not followed', async () => {
    respond = () => ({ status: 307, body: '', headers: { location: `${base}/elsewhere` } });
    const { refusal } = await tell(kind);
    expect(refusal?.again).toBe(false);
    expect(got).toHaveLength(1);
  });

  test('an address of this network is not called unless it is allowed', async () => {
    respond = service;
    const { refusal } = await tell(kind, SHORT, blocked);
    expect(refusal?.again).toBe(false);
    expect(got).toEqual([]);
  });
});

test('a request that Feishu finds no good is not repeated, though its code is that of too many', async () => {
  respond = () => ({ status: 400, body: '{"code":9499,"msg":"Bad Request","data":{}}' });
  expect((await tell('feishu')).refusal?.again).toBe(false);
});
