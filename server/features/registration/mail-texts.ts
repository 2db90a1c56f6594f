import type { Mail } from '../../infra/mail.ts';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What a mail is about; each has its facts. */
export type MailAbout =
  | { kind: 'reset'; username: string; link: string }
  | { kind: 'welcome'; username: string; link: string }
  | { kind: 'confirm'; username: string; link: string }
  | { kind: 'known'; username: string; link: string }
  | { kind: 'moved'; username: string; to: string }
  | { kind: 'approved'; username: string; link: string }
  | { kind: 'test' };

type Words = { subject: string; lines: string[]; button?: string; foot?: string };

/** Names stand in the text only, never in a header. */
const TEXTS: Readonly<Record<Language, (about: MailAbout) => Words>> = { en: english, zh: chinese };

function english(about: MailAbout): Words {
  switch (about.kind) {
    case 'reset':
      return {
        subject: 'Choose a new password for Gatehouse',
        lines: [
          `Somebody asked for a new password for ${about.username}.`,
          'Your old password works until you chose a new one. This link is good for 30 minutes, and once.',
        ],
        button: 'Choose a new password',
        foot: 'If it was not you, there is nothing to do.',
      };
    case 'welcome':
      return {
        subject: 'Confirm your e-mail address for Gatehouse',
        lines: [
          `Somebody registered at Gatehouse as ${about.username} with this address.`,
          'Confirm that it is yours. This link is good for one day, and once.',
        ],
        button: 'Confirm this address',
        foot: 'If it was not you, there is nothing to do.',
      };
    case 'confirm':
      return {
        subject: 'Confirm your new e-mail address for Gatehouse',
        lines: [
          `${about.username} wants to use this address at Gatehouse.`,
          'Confirm that it is yours. This link is good for one day, and once.',
        ],
        button: 'Confirm this address',
        foot: 'If it was not you, there is nothing to do.',
      };
    case 'known':
      return {
        subject: 'You have an account at Gatehouse already',
        lines: [
          'Somebody gave this address to Gatehouse for another account.',
          `It belongs to ${about.username} already, so nothing was changed.`,
        ],
        button: 'Go to sign in',
        foot: 'If it was not you, there is nothing to do.',
      };
    case 'moved':
      return {
        subject: 'Your e-mail address at Gatehouse was changed',
        lines: [
          `Mails to ${about.username} go to ${about.to} from now on.`,
          'If it was not you, tell an admin at once.',
        ],
      };
    case 'approved':
      return {
        subject: 'You can sign in to Gatehouse now',
        lines: [`An admin let ${about.username} in.`],
        button: 'Sign in',
      };
    case 'test':
      return {
        subject: 'A test mail of Gatehouse',
        lines: ['Mail works: this server can write to people.'],
      };
  }
}

function chinese(about: MailAbout): Words {
  switch (about.kind) {
    case 'reset':
      return {
        subject: '重设 Gatehouse 密码',
        lines: [
          `有人请求为 ${about.username} 重设密码。`,
          '在您设置新密码之前，原密码仍然有效。此链接 30 分钟内有效，且只能使用一次。',
        ],
        button: '设置新密码',
        foot: '如果不是您本人操作，无需理会。',
      };
    case 'welcome':
      return {
        subject: '确认您在 Gatehouse 的邮箱地址',
        lines: [
          `有人用此邮箱在 Gatehouse 注册了用户 ${about.username}。`,
          '请确认这是您的邮箱。此链接一天内有效，且只能使用一次。',
        ],
        button: '确认此邮箱',
        foot: '如果不是您本人操作，无需理会。',
      };
    case 'confirm':
      return {
        subject: '确认您在 Gatehouse 的新邮箱地址',
        lines: [
          `${about.username} 希望在 Gatehouse 使用此邮箱。`,
          '请确认这是您的邮箱。此链接一天内有效，且只能使用一次。',
        ],
        button: '确认此邮箱',
        foot: '如果不是您本人操作，无需理会。',
      };
    case 'known':
      return {
        subject: '您在 Gatehouse 已有账户',
        lines: [
          '有人在 Gatehouse 为另一个账户填写了此邮箱。',
          `此邮箱已属于 ${about.username}，因此没有做任何更改。`,
        ],
        button: '前往登录',
        foot: '如果不是您本人操作，无需理会。',
      };
    case 'moved':
      return {
        subject: '您在 Gatehouse 的邮箱地址已更改',
        lines: [
          `今后发给 ${about.username} 的邮件将寄往 ${about.to}。`,
          '如果不是您本人操作，请立即联系管理员。',
        ],
      };
    case 'approved':
      return {
        subject: '您现在可以登录 Gatehouse',
        lines: [`管理员已批准 ${about.username} 加入。`],
        button: '登录',
      };
    case 'test':
      return { subject: 'Gatehouse 测试邮件', lines: ['邮件功能正常：此服务器可以给用户发信。'] };
  }
}

/** The mail in one language, as text and as simple HTML without pictures or anything from elsewhere. */
export function writeMail(to: string, about: MailAbout, language: Language): Mail {
  const { subject, lines, button, foot } = TEXTS[language](about);
  const link = 'link' in about ? about.link : null;
  const text = [...lines, ...(link === null ? [] : [link]), ...(foot ? [foot] : [])].join('\n\n');
  const paragraphs = lines.map((line) => `<p>${escaped(line)}</p>`).join('');
  const way =
    link === null
      ? ''
      : `<p><a href="${escaped(link)}">${escaped(button ?? link)}</a></p><p>${escaped(link)}</p>`;
  const end = foot ? `<p style="color:#666">${escaped(foot)}</p>` : '';
  const html = `<!doctype html><html lang="${language}"><meta charset="utf-8"><body style="font-family:sans-serif">${paragraphs}${way}${end}</body></html>`;
  return { to, subject, text: `${text}\n`, html };
}

const ENTITIES: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
};
const escaped = (text: string) => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

/** The language of a person; of what their browser asks for when none is known; else English. */
export function languageOf(...said: (string | null | undefined)[]): Language {
  for (const text of said) {
    // The first one we speak, in the order of an Accept-Language header; its weights follow the order.
    for (const part of (text ?? '').slice(0, 200).split(',')) {
      const tag = part.trim().slice(0, 2).toLowerCase();
      const found = LANGUAGES.find((language) => language === tag);
      if (found) return found;
    }
  }
  return 'en';
}
