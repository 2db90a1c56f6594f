import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export type Received = {
  to: string[];
  from: string;
  /** Header lines as they came, unfolded. */
  headers: string[];
  subject: string;
  text: string;
  html: string;
};

export type MailboxOptions = {
  /** Refuses recipients for good. */
  refuses?: (to: string) => boolean;
  /** How often a mail is put off before it is taken. */
  putsOff?: number;
  /** The only password that is taken; asked for when given. */
  password?: string;
};

/** A real mail server on a port of the system's choice, for tests. */
export async function startMailbox({ refuses, putsOff = 0, password }: MailboxOptions = {}) {
  const mails: Received[] = [];
  const waiting = new Set<() => void>();
  let leftToPutOff = putsOff;
  const server = new SMTPServer({
    authOptional: password === undefined,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth(auth, _session, done) {
      if (auth.password === password) done(null, { user: auth.username });
      else done(new Error('535 the secret words of the mail server'));
    },
    onRcptTo({ address }, _session, done) {
      if (!refuses?.(address)) return done();
      done(Object.assign(new Error('the secret words of the mail server'), { responseCode: 550 }));
    },
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        if (leftToPutOff > 0) {
          leftToPutOff -= 1;
          return done(Object.assign(new Error('later'), { responseCode: 451 }));
        }
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        mails.push(
          read(
            Buffer.concat(parts).toString('latin1'),
            from,
            rcptTo.map((to) => to.address),
          ),
        );
        done();
        for (const wake of waiting) wake();
        waiting.clear();
      });
    },
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;

  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    mails,
    /** The newest mail to this address, once there are `count` of them. */
    async newest(to: string, count = 1): Promise<Received> {
      for (;;) {
        const found = mails.filter((mail) => mail.to.includes(to));
        const last = found.at(-1);
        if (last && found.length >= count) return last;
        await new Promise<void>((wake) => void waiting.add(wake));
      }
    },
    async [Symbol.asyncDispose]() {
      await new Promise<void>((closed) => server.close(closed));
    },
  };
}
export type Mailbox = Awaited<ReturnType<typeof startMailbox>>;

/** The path and token of the link in a mail, e.g. `/reset-password#…`. */
export function linkIn({ text }: Received): { url: string; path: string; token: string } {
  const url = /https?:\/\/\S+/.exec(text)?.[0] ?? '';
  const { pathname, hash } = new URL(url);
  return { url, path: pathname + hash, token: hash.slice(1) };
}

function read(raw: string, from: string, to: string[]): Received {
  const [head = ''] = raw.split('\r\n\r\n', 1);
  const headers = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  const boundary = /boundary="?([^";]+)"?/.exec(headers.join('\n'))?.[1];
  const parts = boundary === undefined ? [] : raw.split(`--${boundary}`);
  const subject = headers.find((line) => line.startsWith('Subject: '))?.slice(9) ?? '';
  return {
    ...{ to, from, headers, subject: decodedWords(subject) },
    text: bodyOf(parts, 'text/plain'),
    html: bodyOf(parts, 'text/html'),
  };
}

function bodyOf(parts: readonly string[], type: string): string {
  const part = parts.find((text) => text.includes(`Content-Type: ${type}`)) ?? '';
  const at = part.indexOf('\r\n\r\n');
  const body = part.slice(at + 4).trimEnd();
  const encoding = /Content-Transfer-Encoding: (\S+)/.exec(part)?.[1];
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  return encoding === 'quoted-printable' ? printable(body.replaceAll('=\r\n', '')) : body;
}

function printable(text: string): string {
  const bytes = text.replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString();
}

function decodedWords(text: string): string {
  return text
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_all, kind: string, word: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(word, 'base64').toString()
        : printable(word.replaceAll('_', ' ')),
    );
}
