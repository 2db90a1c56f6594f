import { expect, test } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { type MailboxOptions, startMailbox } from '../testing/mailbox.ts';
import { createMailer, type Mail } from './mail.ts';

const HELLO: Mail = {
  to: 'ada@example.com',
  subject: 'Hello',
  text: 'Hello there',
  html: '<p>Hello there</p>',
};
const FROM = 'Gatehouse <gatehouse@example.com>';

async function mailing(options: MailboxOptions & { credentials?: string } = {}) {
  const mailbox = await startMailbox(options);
  const clock = fakeClock();
  const lines: unknown[] = [];
  const log = { warn: (...told: unknown[]) => void lines.push(told) };
  const { credentials = '' } = options;
  const url = `smtp://${credentials}127.0.0.1:${mailbox.port}`;
  const mailer = createMailer({ url, from: FROM, clock, log });
  return {
    mailbox,
    clock,
    lines,
    mailer,
    async [Symbol.asyncDispose]() {
      mailer.close();
      await mailbox[Symbol.asyncDispose]();
    },
  };
}

test('a mail arrives with text and HTML, in other scripts, too', async () => {
  await using m = await mailing();
  m.mailer.send({ ...HELLO, subject: '重设密码', text: '你好', html: '<p>你好</p>' });
  const mail = await m.mailbox.newest('ada@example.com');
  expect(mail).toMatchObject({ subject: '重设密码', text: '你好', from: 'gatehouse@example.com' });
  expect(mail.html).toContain('<p>你好</p>');
  await m.mailer.idle();
  expect(m.mailer.state()).toEqual({ sent: 1, waiting: 0, failures: [] });
});

test.each([
  ['a subject', { subject: 'Hi\r\nBcc: eve@example.com\r\n\r\nevil' }],
  ['a subject with other line ends', { subject: 'Hi\u2028Bcc: eve@example.com\nX: y\u0085z' }],
  ['an address', { to: 'ada@example.com\r\nBcc: eve@example.com' }],
  ['an address that is a list', { to: 'ada@example.com, eve@example.com' }],
])('%s cannot add a header or a recipient', async (_name, hostile) => {
  await using m = await mailing();
  m.mailer.send({ ...HELLO, ...hostile });
  m.mailer.send({ ...HELLO, to: 'last@example.com' });
  await m.mailbox.newest('last@example.com');
  await m.mailer.idle();
  expect(m.mailbox.mails.flatMap(({ to }) => to)).not.toContain('eve@example.com');
  for (const { headers } of m.mailbox.mails) {
    expect(headers.filter((line) => /^(bcc|x):/i.test(line))).toEqual([]);
  }
});

test('what is put off is tried again, twice at most', async () => {
  await using m = await mailing({ putsOff: 2 });
  m.mailer.send(HELLO);
  for (const waitMs of [5_000, 60_000]) {
    await m.mailer.idle();
    expect(m.mailer.state()).toMatchObject({ sent: 0, waiting: 1 });
    m.clock.advance(waitMs);
  }
  await m.mailbox.newest('ada@example.com');
  await m.mailer.idle();
  expect(m.mailer.state()).toEqual({ sent: 1, waiting: 0, failures: [] });
});

test('what is refused for good is not tried again; neither answer nor address are logged', async () => {
  await using m = await mailing({ refuses: () => true });
  m.mailer.send(HELLO);
  await m.mailer.idle();
  expect(m.mailer.state()).toMatchObject({
    waiting: 0,
    failures: [{ to: 'ada@example.com', subject: 'Hello', why: 'recipient_refused' }],
  });
  expect(JSON.stringify(m.lines)).not.toMatch(/secret words|ada@example/);
});

test('a test mail says why it was not sent, without the words of the mail server', async () => {
  await using m = await mailing({ password: 'right', credentials: 'gatehouse:wrong@' });
  const refused = m.mailer.sendNow(HELLO);
  await expect(refused).rejects.toMatchObject({ code: 'mail_not_sent' });
  await expect(refused).rejects.toThrow(/user name and password/);
  await expect(refused).rejects.not.toThrow(/secret words|wrong/);
});

test('the right credentials are taken', async () => {
  await using m = await mailing({ password: 'p@ss/w%rd', credentials: 'gate:p%40ss%2Fw%25rd@' });
  await m.mailer.sendNow(HELLO);
  expect(m.mailbox.mails).toHaveLength(1);
});

test('a server that is not there is told as such', async () => {
  const gone = await startMailbox();
  await gone[Symbol.asyncDispose]();
  const clock = fakeClock();
  const mailer = createMailer({ url: gone.url, from: FROM, clock, log: { warn: () => undefined } });
  await expect(mailer.sendNow(HELLO)).rejects.toThrow(/cannot be reached/);
  mailer.close();
});

test('no more than two hundred wait; the rest is told as not sent', async () => {
  await using m = await mailing({ putsOff: 1_000 });
  for (let at = 0; at < 210; at += 1) m.mailer.send({ ...HELLO, to: `p${at}@example.com` });
  const { failures, waiting } = m.mailer.state();
  expect(waiting).toBeLessThanOrEqual(202);
  expect(failures.length).toBeGreaterThanOrEqual(8);
  expect(failures[0]).toMatchObject({ why: 'queue_full' });
});

test('without a mail server nothing is sent, and a test says what to set', async () => {
  const mailer = createMailer({
    ...{ url: null, from: null, clock: fakeClock() },
    log: { warn: () => undefined },
  });
  mailer.send(HELLO);
  expect(mailer.state()).toEqual({ sent: 0, waiting: 0, failures: [] });
  await expect(mailer.sendNow(HELLO)).rejects.toThrow(/SMTP_URL/);
});
