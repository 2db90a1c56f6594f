import { createHmac } from 'node:crypto';
import { member, type Way } from './way.ts';

/** Too many at once: the general code, and that of a bot (100 a minute, 5 a second). */
const TOO_FAST = new Set<unknown>([9499, 11232]);

/**
 * A custom bot of Feishu or Lark. A `post` holds texts and links as data, so nothing in a name is
 * markup. The signature is the Base64 HMAC-SHA256 of nothing under `<seconds>\n<secret>`.
 * https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
export const feishu: Way = {
  post({ language, message, now, target }) {
    const { lines, link, title } = message;
    const timestamp = String(Math.floor(now / 1_000));
    const content = [
      ...lines.map((text) => [{ tag: 'text', text }]),
      ...(link ? [[{ tag: 'a', text: link.text, href: link.url }]] : []),
    ];
    const signed = target.secret !== '' && {
      timestamp,
      sign: createHmac('sha256', `${timestamp}\n${target.secret}`).digest('base64'),
    };
    const post = { [language === 'zh' ? 'zh_cn' : 'en_us']: { title, content } };
    return {
      url: target.url,
      body: JSON.stringify({ ...signed, msg_type: 'post', content: { post } }),
    };
  },
  read(data) {
    // NOTE: older bots answer with StatusCode.
    const code = member(data, 'code') ?? member(data, 'StatusCode');
    if (code === 0) return null;
    return {
      error: `${code ?? 'no code'}: ${member(data, 'msg') ?? ''}`,
      again: TOO_FAST.has(code),
    };
  },
};
