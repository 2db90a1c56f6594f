import { createTransport } from 'nodemailer';
import { AppError } from '#shared/errors.ts';
import type { MailState, MailTrouble } from '#shared/schemas/registration.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

export type Mail = {
  /** One address; never a list. */
  to: string;
  subject: string;
  text: string;
  html: string;
};

export type MailerOptions = {
  /** smtp: or smtps: address of the mail server, with the credentials it wants; null = no mail. */
  url: string | null;
  from: string | null;
  clock: Clock;
  log: Pick<Log, 'warn'>;
};

export type Mailer = ReturnType<typeof createMailer>;

/** Mails that may wait at once; more are not sent. */
const MOST_WAITING = 200;
/** Mails on their way at once. */
const AT_ONCE = 2;
/** Waits before the second and third try. */
const AGAIN_AFTER_MS = [5_000, 60_000];
/** How many failures are remembered. */
const MOST_FAILURES = 50;
const LONGEST_SUBJECT = 200;

/** What went wrong, by nodemailer's code: https://nodemailer.com/errors */
const TROUBLES: Readonly<Record<string, MailTrouble>> = {
  ETIMEDOUT: 'too_slow',
  EAUTH: 'sign_in_refused',
  ENOAUTH: 'sign_in_refused',
  EENVELOPE: 'recipient_refused',
  ETLS: 'not_secure',
  ECONNECTION: 'unreachable',
  ESOCKET: 'unreachable',
  EDNS: 'unreachable',
};

type Failure = MailState['failures'][number];

/** Sends mail through one SMTP server, in the background, a few at a time. */
export function createMailer({ url, from, clock, log }: MailerOptions) {
  const transport = url === null ? null : openTransport(url);
  const queue: { mail: Mail; tries: number }[] = [];
  const timers = new Set<() => void>();
  const failures: Failure[] = [];
  const idle = new Set<() => void>();
  let running = 0;
  let sent = 0;
  let closed = false;

  function fail(mail: Pick<Mail, 'to' | 'subject'>, why: MailTrouble, code?: string): void {
    const at = new Date(clock.now()).toISOString();
    failures.unshift({ at, to: mail.to, subject: mail.subject, why });
    failures.length = Math.min(failures.length, MOST_FAILURES);
    // NOTE: neither address nor answer: the one is a person's, the other may hold anything.
    log.warn({ why, code, subject: mail.subject }, 'a mail was not sent');
  }

  async function deliver(mail: Mail): Promise<void> {
    if (transport === null || from === null) throw notSetUp();
    await transport.sendMail({
      from,
      to: { name: '', address: mail.to },
      subject: oneLine(mail.subject),
      text: mail.text,
      html: mail.html,
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    sent += 1;
  }

  async function run(entry: { mail: Mail; tries: number }): Promise<void> {
    try {
      await deliver(entry.mail);
    } catch (error) {
      const wait = AGAIN_AFTER_MS[entry.tries];
      if (wait === undefined || isPermanent(error))
        fail(entry.mail, troubleOf(error), codeOf(error));
      else again({ mail: entry.mail, tries: entry.tries + 1 }, wait);
    }
  }

  function again(entry: { mail: Mail; tries: number }, ms: number): void {
    const cancel = clock.setTimer(ms, () => {
      timers.delete(cancel);
      queue.push(entry);
      work();
    });
    timers.add(cancel);
  }

  function work(): void {
    while (!closed && running < AT_ONCE) {
      const entry = queue.shift();
      if (!entry) break;
      running += 1;
      void run(entry).finally(() => {
        running -= 1;
        work();
      });
    }
    if (running > 0) return;
    for (const wake of idle) wake();
    idle.clear();
  }

  return {
    /** Whether mail can be sent at all. */
    configured: transport !== null,
    from,

    /** Puts it in line and returns at once; what becomes of it is in `state`. */
    send(mail: Mail): void {
      if (transport === null || closed) return;
      if (queue.length + timers.size < MOST_WAITING) {
        queue.push({ mail, tries: 0 });
        work();
      } else {
        fail(mail, 'queue_full');
      }
    },

    /** Notes a mail that could not even be written. */
    fail,

    /**
     * Sends it while the caller waits: at most half a minute.
     * @throws AppError mail_not_sent, without the words of the mail server.
     */
    async sendNow(mail: Mail): Promise<void> {
      try {
        await deliver(mail);
      } catch (error) {
        if (error instanceof AppError) throw error;
        const why = troubleOf(error);
        fail(mail, why, codeOf(error));
        throw new AppError('mail_not_sent', `The mail was not sent: ${SAID[why]}`, {
          cause: error,
        });
      }
    },

    state: (): Pick<MailState, 'sent' | 'waiting' | 'failures'> => ({
      sent,
      waiting: queue.length + timers.size + running,
      failures: [...failures],
    }),

    /** Resolves when no mail is on its way; those that wait for another try do not count. */
    idle: (): Promise<void> =>
      running === 0 ? Promise.resolve() : new Promise((done) => void idle.add(done)),

    close(): void {
      closed = true;
      for (const cancel of timers) cancel();
      transport?.close();
    },
  };
}

const SAID: Readonly<Record<MailTrouble, string>> = {
  unreachable: 'the mail server cannot be reached. Check SMTP_URL.',
  too_slow: 'the mail server took too long.',
  sign_in_refused: 'the mail server refused our user name and password. Check SMTP_URL.',
  recipient_refused: 'the mail server refused the sender or the recipient. Check MAIL_FROM.',
  not_secure: 'no safe connection to the mail server came about.',
  refused: 'the mail server refused it.',
  queue_full: 'too many mails wait.',
  no_public_url: 'PUBLIC_URL is not set.',
};

/**
 * The transport of an address like smtp://user:password@mail.example.com:587. A password is only
 * given over TLS, except to this machine itself.
 */
function openTransport(address: string) {
  const url = new URL(address);
  const secure = url.protocol === 'smtps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const user = decodeURIComponent(url.username);
  const pass = decodeURIComponent(url.password);
  return createTransport({
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    requireTLS: !secure && user !== '' && !isLoopback(host),
    ...(user !== '' && { auth: { user, pass } }),
    // NOTE: a certificate for "localhost" is nobody's, and nobody listens on the way there.
    ...(isLoopback(host) && { tls: { rejectUnauthorized: false } }),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    dnsTimeout: 10_000,
  });
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127\./.test(host);

/** A header is one line, whatever names stand in it. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_SUBJECT);
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function troubleOf(error: unknown): MailTrouble {
  return TROUBLES[codeOf(error) ?? ''] ?? 'refused';
}

/** Whether another try would end the same. */
function isPermanent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (codeOf(error) === 'EAUTH') return true;
  return 'permanent' in error && error.permanent === true;
}

function notSetUp(): AppError {
  return new AppError('mail_not_sent', 'Mail is not set up. Set SMTP_URL and MAIL_FROM.');
}
