import { createHmac } from 'node:crypto';
import { fitting, member, type Way } from './way.ts';

/** Of the 20 kB a request may have; the rest is for its JSON. */
const MOST_BYTES = 14_000;
/** More than 100 a minute or 5 a second. */
const TOO_FAST = new Set<unknown>([11_220, 11_232]);
/** Of two meanings: too many, or a request that is no good; only its words say which. */
const BAD_REQUEST = 9_499;

/**
 * A custom bot of Feishu or Lark. A `post` holds texts and links as data, so nothing in a name is
 * markup. The signature is the Base64 HMAC-SHA256 of nothing under `<seconds>\n<secret>`, beside
 * the seconds in the body. https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
 */
export const feishu: Way = {
  post({ language, message, now, target }) {
    const { lines, link, title } = message;
    const timestamp = String(Math.floor(now / 1_000));
    const content = [
      ...fitting(lines, MOST_BYTES).map((text) => [{ tag: 'text', text }]),
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
    const said = String(member(data, 'msg') ?? member(data, 'StatusMessage') ?? '');
    const again = TOO_FAST.has(code) || (code === BAD_REQUEST && /too many/i.test(said));
    return { error: `${code ?? 'no code'}: ${said}`, again };
  },
};
