import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { ALERT_KINDS, type ChannelKind, ChannelTarget } from '#shared/schemas/alerts.ts';
import type { Mail } from '../../infra/mail.ts';
import type { Outbound, OutboundRequest } from '../../infra/outbound/index.ts';
import type { Due } from './deliveries.repo.ts';
import { messageOf } from './messages.ts';
import { createTell } from './tell.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const ID = '01960000-0000-7000-8000-000000000001';
const SECRET = 'a secret of sixteen and more';

type Scripted = { status?: number; body?: string; headers?: Record<string, string>; fails?: Error };

/** A service that answers as told, and what it was asked. */
function service({ body = 'ok', fails, headers = {}, status = 200 }: Scripted = {}) {
  const asked: { url: string; headers: Record<string, string>; body: string }[] = [];
  const mails: Mail[] = [];
  const outbound: Pick<Outbound, 'request'> = {
    async request(url: string | URL, req: OutboundRequest = {}) {
      if (fails) throw fails;
      asked.push({ url: String(url), headers: { ...req.headers }, body: String(req.body) });
      async function* bytes() {
        yield Buffer.from(body);
      }
      const stream = Object.assign(bytes(), { destroy: () => undefined });
      return { status, headers, body: stream, origin: new URL(url).origin } as never;
    },
  };
  const mailer = {
    async sendNow(mail: Mail) {
      if (fails) throw fails;
      mails.push(mail);
    },
  };
  return { asked, mails, tell: createTell({ outbound, mailer, clock: { now: () => NOW } }) };
}

function due(name: string, facts: Record<string, string> = {}): Due {
  const at = new Date(NOW);
  return {
    ...{ id: ID, channelId: ID, what: 'raised', state: 'waiting', about: null, attempts: 1 },
    alert: {
      ...{ id: ID, kind: 'account.expired', key: 'account.expired:1', severity: 'critical' },
      ...{ subjectKind: 'account', subjectId: '1', facts: { name, ...facts }, count: 1 },
      ...{ firstAt: at, lastAt: at, resolvedAt: null },
    },
  };
}

const frame = { language: 'en', publicUrl: 'https://gh.example' } as const;
const target = (facts: Partial<ChannelTarget>) => ChannelTarget.parse(facts);

async function send(
  kind: ChannelKind,
  facts: Partial<ChannelTarget>,
  scripted: Scripted = {},
  name = 'my account',
) {
  const there = service(scripted);
  const message = messageOf([due(name)], frame);
  const told = await there.tell({ kind, language: 'en', target: target(facts), message, id: ID });
  const [first] = there.asked;
  return { told, ...there, first, body: JSON.parse(first?.body ?? '{}') };
}

test('webhook: signed over time and body, with an id that stays', async () => {
  const { first, body, told } = await send('webhook', {
    url: 'https://hook.example/in',
    secret: SECRET,
  });
  expect(told.refusal).toBeNull();
  const timestamp = String(Math.floor(NOW / 1_000));
  const mac = createHmac('sha256', SECRET).update(`${timestamp}.${first?.body}`).digest('hex');
  expect(first?.headers).toMatchObject({
    'x-gatehouse-id': ID,
    'x-gatehouse-timestamp': timestamp,
    'x-gatehouse-signature': `v1=${mac}`,
  });
  expect(body).toMatchObject({ id: ID, what: 'raised', alerts: [{ kind: 'account.expired' }] });
});

test('Feishu: a post, signed with an empty message under time and secret', async () => {
  const url = 'https://open.feishu.example/open-apis/bot/v2/hook/0123456789abcdef';
  const { body, told } = await send('feishu', { url, secret: SECRET }, { body: '{"code":0}' });
  expect(told.refusal).toBeNull();
  const timestamp = String(Math.floor(NOW / 1_000));
  const sign = createHmac('sha256', `${timestamp}\n${SECRET}`).update('').digest('base64');
  expect(body).toMatchObject({ timestamp, sign, msg_type: 'post' });
  expect(body.content.post.en_us.title).toBe('[Critical] Account expired: my account');
  expect(body.content.post.en_us.content.at(-1)).toEqual([
    { tag: 'a', text: 'Open in Gatehouse', href: 'https://gh.example/accounts#open-1' },
  ]);
});

test('DingTalk: text at a signed address', async () => {
  const url = 'https://oapi.dingtalk.example/robot/send?access_token=0123456789abcdef';
  const answer = { body: '{"errcode":0,"errmsg":"ok"}' };
  const { body, first, told } = await send('dingtalk', { url, secret: SECRET }, answer);
  expect(told.refusal).toBeNull();
  const query = new URL(first?.url ?? '').searchParams;
  const sign = createHmac('sha256', SECRET).update(`${NOW}\n${SECRET}`).digest('base64');
  expect(Object.fromEntries(query)).toEqual({
    access_token: '0123456789abcdef',
    timestamp: String(NOW),
    sign,
  });
  expect(body).toMatchObject({ msgtype: 'text', at: { isAtAll: false } });
});

test('WeCom: text of at most 2,048 bytes', async () => {
  const url = 'https://qyapi.weixin.example/cgi-bin/webhook/send?key=0123456789abcdef';
  const answer = { body: '{"errcode":0}' };
  const { body, told } = await send('wecom', { url }, answer, '账'.repeat(5_000));
  expect(told.refusal).toBeNull();
  expect(body.msgtype).toBe('text');
  expect(Buffer.byteLength(body.text.content)).toBeLessThanOrEqual(2_048);
});

test('Slack: blocks of plain text', async () => {
  const { body } = await send('slack', { url: 'https://hooks.slack.example/services/T/B/X' });
  expect(body.blocks[0]).toEqual({
    type: 'header',
    text: { type: 'plain_text', text: '[Critical] Account expired: my account', emoji: false },
  });
  expect(body.blocks.at(-1).text.text).toBe(
    '<https://gh.example/accounts#open-1|Open in Gatehouse>',
  );
});

test('Telegram: a text to the chat by the token of the bot', async () => {
  const { body, first, told } = await send(
    'telegram',
    { url: 'https://api.telegram.example/', secret: '1:tokentokentokentoken', chatId: '-100' },
    { body: '{"ok":true}' },
  );
  expect(told.refusal).toBeNull();
  expect(first?.url).toBe('https://api.telegram.example/bot1:tokentokentokentoken/sendMessage');
  expect(body).toMatchObject({ chat_id: '-100', link_preview_options: { is_disabled: true } });
  expect(body).not.toHaveProperty('parse_mode');
});

test('mail: one to each recipient', async () => {
  const { mails, told } = await send('mail', { to: ['a@example.com', 'b@example.com'] });
  expect(told.refusal).toBeNull();
  expect(mails.map(({ to }) => to)).toEqual(['a@example.com', 'b@example.com']);
});

const hook = { url: 'https://hook.example/0123456789abcdef', secret: SECRET };

test.each<[ChannelKind, Scripted, boolean]>([
  ['webhook', { status: 500 }, true],
  ['webhook', { status: 429, headers: { 'retry-after': '7' } }, true],
  ['webhook', { status: 404 }, false],
  ['webhook', { status: 302 }, false],
  ['webhook', { fails: new AppError('upstream_timeout', 'late') }, true],
  ['webhook', { fails: new AppError('outbound_refused', 'no') }, false],
  ['webhook', { fails: new Error('odd') }, true],
  ['feishu', { body: '{"code":19021,"msg":"sign match fail"}' }, false],
  ['feishu', { body: '{"code":11232,"msg":"frequency limited"}' }, true],
  ['feishu', { body: '<html>' }, false],
  ['wecom', { body: '{"errcode":93000,"errmsg":"invalid webhook url"}' }, false],
  ['wecom', { body: '{"errcode":45009}' }, true],
  ['dingtalk', { body: '{"errcode":310000,"errmsg":"sign not match"}' }, false],
  ['telegram', { body: '{"ok":false,"description":"chat not found"}' }, false],
  ['mail', { fails: new AppError('mail_not_sent', 'no') }, true],
])('%s: an answer %j is tried again: %s', async (kind, scripted, again) => {
  const { told } = await send(kind, { ...hook, to: ['a@example.com'], chatId: '1' }, scripted);
  expect(told.refusal?.again).toBe(again);
});

test('waits as long as it is asked to', async () => {
  const late = await send('webhook', hook, { status: 429, headers: { 'retry-after': '7' } });
  expect(late.told.refusal?.retryAfterMs).toBe(7_000);
  const body = '{"ok":false,"error_code":429,"parameters":{"retry_after":9}}';
  const bot = await send('telegram', { ...hook, chatId: '1' }, { status: 429, body });
  expect(bot.told.refusal?.retryAfterMs).toBe(9_000);
});

test('what a service says back holds no secret of ours', async () => {
  const body = `no: ${SECRET} at ${hook.url} (0123456789abcdef)`;
  const { told } = await send('webhook', hook, { status: 400, body });
  const said = JSON.stringify(told);
  expect(said).not.toContain(SECRET);
  expect(said).not.toContain('0123456789abcdef');
  expect(told.answer).toContain('no:');
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom(
    'x\r\nBcc: all@example.com',
    '<!channel> <@U1> & <https://evil.example|click>',
    '[click](https://evil.example) **bold** `code`',
    '<a href="https://evil.example">click</a><script>',
    '<at user_id="all"></at>',
  ),
);

test('no name breaks a message', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, fc.constantFrom(...ALERT_KINDS), async (name, kind) => {
      const one = due(name, { reason: name, platform: name, metric: name });
      const message = messageOf([{ ...one, alert: one.alert && { ...one.alert, kind } }], frame);
      expect([message.title, ...message.lines].join('')).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      const there = service();
      const way = (of: ChannelKind) =>
        there.tell({
          kind: of,
          language: 'en',
          message,
          id: ID,
          target: target({ ...hook, chatId: '1', to: ['a@example.com'] }),
        });
      for (const of of ['slack', 'wecom', 'feishu', 'mail'] as const) await way(of);
      const [slack, wecom, feishu] = there.asked.map(({ body }) => JSON.parse(body));
      expect(slack.text).not.toMatch(/[<>]/);
      const markup = slack.blocks.filter(
        (block: { text: { type: string } }) => block.text.type === 'mrkdwn',
      );
      expect(markup).toHaveLength(1);
      expect(markup[0].text.text).toMatch(/^<https:\/\/gh\.example\/[^<>|]*\|Open in Gatehouse>$/);
      expect(wecom.text.content).not.toContain('<');
      const tags = feishu.content.post.en_us.content.flat().map(({ tag }: { tag: string }) => tag);
      expect(new Set(tags)).toEqual(new Set(['text', 'a']));
      const [mail] = there.mails;
      expect(mail?.subject).not.toMatch(/[\r\n]/);
      expect(mail?.html).not.toMatch(/<script|<a href="https:\/\/evil/);
    }),
    { numRuns: 300 },
  );
});
