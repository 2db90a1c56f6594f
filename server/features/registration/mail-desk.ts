import type { MailTrouble } from '#shared/schemas/registration.ts';
import type { Mailer } from '../../infra/mail.ts';
import { languageOf, type MailAbout, writeMail } from './mail-texts.ts';
import type { Reader } from './people.repo.ts';

/** Where a request came from, as far as a mail depends on it. */
export type Asking = {
  /** The address of our pages as the browser of a checked request sees it. */
  origin: string | null;
  /** Its Accept-Language. */
  languages: string;
};

export type MailDeskDeps = {
  mailer: Pick<Mailer, 'configured' | 'send' | 'sendNow' | 'fail'>;
  /** Address people reach this server by; null = not said. */
  publicUrl: string | null;
};

export type MailDesk = ReturnType<typeof createMailDesk>;

type Linked = Extract<MailAbout, { link: string }>;
/** A mail as the services ask for it: the path of its link, the address of the server is added. */
export type Wanted = Linked extends infer One
  ? One extends Linked
    ? Omit<One, 'link' | 'username'> & { path: string }
    : never
  : never;

/** Writes mails to people in their language, with links that lead to this server. */
export function createMailDesk({ mailer, publicUrl }: MailDeskDeps) {
  /**
   * NOTE: without PUBLIC_URL a link is made of what the request says our address is, and whoever asks
   * for a mail to somebody else may say anything. Only this machine itself is believed then.
   */
  function baseOf(origin: string | null): string | null {
    if (publicUrl !== null) return publicUrl;
    if (origin === null || !URL.canParse(origin)) return null;
    const { hostname } = new URL(origin);
    return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname)
      ? origin
      : null;
  }

  function put(reader: Omit<Reader, 'id'>, wanted: Wanted, asking: Asking): void {
    const { path, ...about } = wanted;
    const base = baseOf(asking.origin);
    const language = languageOf(reader.language, asking.languages);
    const link = `${base ?? ''}${path}`;
    const mail = writeMail(reader.email, { ...about, username: reader.username, link }, language);
    if (base === null) mailer.fail(mail, 'no_public_url' satisfies MailTrouble);
    else mailer.send(mail);
  }

  return {
    /** Whether mails can be sent; with a request, whether their links have somewhere to lead to. */
    works: (origin: string | null = null): boolean =>
      mailer.configured && (publicUrl !== null || baseOf(origin) !== null),

    configured: mailer.configured,
    put,

    /** Tells the old address where mails go from now on. */
    tellMoved(reader: Omit<Reader, 'id'>, to: string, asking: Asking): void {
      const about = { kind: 'moved', username: reader.username, to } as const;
      mailer.send(writeMail(reader.email, about, languageOf(reader.language, asking.languages)));
    },

    /** @throws AppError mail_not_sent */
    test: (to: string, asking: Asking): Promise<void> =>
      mailer.sendNow(writeMail(to, { kind: 'test' }, languageOf(asking.languages))),
  };
}
