import { AppError } from '#shared/errors.ts';
import type { AlertLanguage, ChannelKind, ChannelTarget } from '#shared/schemas/alerts.ts';
import type { Clock } from '../../infra/clock.ts';
import { scrubText } from '../../infra/log-redact.ts';
import type { Mailer } from '../../infra/mail.ts';
import { type Outbound, type OutboundAnswer, readWhole } from '../../infra/outbound/index.ts';
import type { Message } from './messages.ts';
import { dingtalk } from './ways/dingtalk.ts';
import { feishu } from './ways/feishu.ts';
import { alertMail } from './ways/mail.ts';
import { slack } from './ways/slack.ts';
import { telegram } from './ways/telegram.ts';
import { member, type Refusal, type Sending, type Way } from './ways/way.ts';
import { webhook } from './ways/webhook.ts';
import { wecom } from './ways/wecom.ts';

const WAYS: Readonly<Record<Exclude<ChannelKind, 'mail'>, Way>> = {
  ...{ webhook, feishu, wecom, dingtalk, slack, telegram },
};

const ANSWER_WITHIN_MS = 15_000;
const MOST_BYTES = 16_384;
const LONGEST_ANSWER = 300;
const LONGEST_WAIT_MS = 86_400_000;

export type TellDeps = {
  outbound: Pick<Outbound, 'request'>;
  mailer: Pick<Mailer, 'sendNow'>;
  clock: Pick<Clock, 'now'>;
};

export type Told = {
  /** Null = it was taken. */
  refusal: Refusal;
  /** Of HTTP; null = none came. */
  status: number | null;
  /** What came back, without what is secret of ours. */
  answer: string;
};

export type Telling = {
  kind: ChannelKind;
  language: AlertLanguage;
  target: ChannelTarget;
  message: Message;
  /** Of the delivery. */
  id: string;
};

export type Tell = (telling: Telling) => Promise<Told>;

/** Tells a channel something, once. Never throws; no text of what it returns holds a secret. */
export function createTell({ clock, mailer, outbound }: TellDeps): Tell {
  async function byMail({ language, message, target }: Telling): Promise<Told> {
    const mails = target.to.map((to) => mailer.sendNow(alertMail(to, message, language)));
    const done = await Promise.allSettled(mails);
    const failed = done.filter((one) => one.status === 'rejected');
    const [first] = failed;
    // NOTE: where some took it, a second try would tell those twice; the mail card names who did not.
    if (!first || failed.length < done.length) {
      return {
        refusal: null,
        status: null,
        answer: `${done.length - failed.length}/${done.length}`,
      };
    }
    const { reason } = first as PromiseRejectedResult;
    const error = reason instanceof AppError ? reason.message : 'The mail was not sent.';
    return { refusal: { error, again: true }, status: null, answer: error };
  }

  async function byHttp(way: Way, sending: Sending): Promise<Told> {
    const { body, headers, url } = way.post(sending);
    const answer = await outbound.request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body,
      headersTimeoutMs: ANSWER_WITHIN_MS,
      bodyTimeoutMs: ANSWER_WITHIN_MS,
      signal: AbortSignal.timeout(2 * ANSWER_WITHIN_MS),
    });
    const bytes = await readWhole(
      answer.body,
      MOST_BYTES,
      () => new AppError('upstream_failed', `${answer.origin} answered with too much.`),
    );
    const text = bytes.toString('utf8');
    return { ...readAnswer(way, answer, text), answer: text };
  }

  return async (telling) => {
    const { kind, target } = telling;
    const hide = hider(target);
    try {
      const told =
        kind === 'mail'
          ? await byMail(telling)
          : await byHttp(WAYS[kind], { ...telling, now: clock.now() });
      const { refusal } = told;
      return {
        ...told,
        refusal: refusal && { ...refusal, error: hide(refusal.error) },
        answer: hide(told.answer),
      };
    } catch (thrown) {
      const refusal = thrownRefusal(thrown);
      return { refusal: { ...refusal, error: hide(refusal.error) }, status: null, answer: '' };
    }
  };
}

function readAnswer(
  way: Way,
  { headers, status }: OutboundAnswer,
  text: string,
): Omit<Told, 'answer'> {
  const data = parsed(text);
  if (status >= 200 && status < 300) return { status, refusal: way.read(data) };
  // NOTE: Feishu says with 400 that there were too many.
  const isLater = status >= 500 || status === 408 || status === 429;
  const again = isLater || (status >= 400 && way.read(data)?.again === true);
  const retryAfterMs = waitOf(
    headers['retry-after'] ?? member(member(data, 'parameters'), 'retry_after'),
  );
  const error = `HTTP ${status}: ${text}`;
  return { status, refusal: { error, again, ...(retryAfterMs !== null && { retryAfterMs }) } };
}

/** Seconds as text or number; anything else is not understood. */
function waitOf(said: unknown): number | null {
  const seconds = Number(said ?? Number.NaN);
  if (!Number.isFinite(seconds) || seconds < 0) return null;
  return Math.min(seconds * 1_000, LONGEST_WAIT_MS);
}

function thrownRefusal(thrown: unknown) {
  if (thrown instanceof AppError) {
    const again = thrown.code !== 'outbound_refused' && thrown.code !== 'bad_request';
    return { error: thrown.message, again };
  }
  const late = thrown instanceof Error && thrown.name === 'TimeoutError';
  return { error: late ? 'No answer in time.' : 'It could not be sent.', again: true };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Takes what is secret out of a text: a service may well say back what it was sent. */
function hider({ secret, url }: ChannelTarget): (text: string) => string {
  const parts = URL.canParse(url) ? secretsIn(new URL(url)) : [];
  const secrets = [secret, url, ...parts].filter((part) => part.length >= 6);
  return (text) =>
    scrubText(secrets.reduce((left, part) => left.replaceAll(part, '[hidden]'), text))
      .replaceAll(/\s+/g, ' ')
      .trim()
      .slice(0, LONGEST_ANSWER);
}

/** What of an address tells a service that it is us: its path's last parts and its query. */
function secretsIn({ pathname, searchParams }: URL): string[] {
  return [...pathname.split('/'), ...searchParams.values()].filter((part) => part.length >= 12);
}
