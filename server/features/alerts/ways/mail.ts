import type { AlertLanguage } from '#shared/schemas/alerts.ts';
import type { Mail } from '../../../infra/mail.ts';
import type { Message } from '../messages.ts';
import { plainText } from './way.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

/** The mail to one of the channel's recipients. */
export function alertMail(to: string, message: Message, language: AlertLanguage): Mail {
  const { lines, link, title } = message;
  const paragraphs = [title, ...lines].map((line) => `<p>${escaped(line)}</p>`).join('');
  const way = link ? `<p><a href="${escaped(link.url)}">${escaped(link.text)}</a></p>` : '';
  return {
    ...{ to, subject: `Gatehouse ${title}`, text: `${plainText(message)}\n` },
    html: `<!doctype html><html lang="${language}"><meta charset="utf-8"><body style="font-family:sans-serif">${paragraphs}${way}</body></html>`,
  };
}
