import { createHmac } from 'node:crypto';
import { cutBytes, member, plainText, type Way } from './way.ts';

const MOST_BYTES = 18_000;
/** Busy; sent too fast: after 20 in a minute nothing is taken for ten minutes. */
const LATER = new Set<unknown>([-1, 90_030, 130_101, 410_100]);

/**
 * A custom robot of DingTalk. The address is signed: `sign` is the Base64 HMAC-SHA256 of
 * `<milliseconds>\n<secret>` under the secret, valid for an hour. Text, for its Markdown has no way to
 * escape. A refusal comes with status 200 and an `errcode`.
 * https://open.dingtalk.com/document/robots/custom-robot-access
 */
export const dingtalk: Way = {
  post({ message, now, target }) {
    const url = new URL(target.url);
    if (target.secret !== '') {
      const sign = createHmac('sha256', target.secret).update(`${now}\n${target.secret}`);
      url.searchParams.set('timestamp', String(now));
      url.searchParams.set('sign', sign.digest('base64'));
    }
    const content = cutBytes(plainText(message), MOST_BYTES);
    const at = { atMobiles: [], isAtAll: false };
    return { url: url.href, body: JSON.stringify({ msgtype: 'text', text: { content }, at }) };
  },
  read(data) {
    const code = member(data, 'errcode');
    if (code === 0) return null;
    const error = `${code ?? 'no errcode'}: ${member(data, 'errmsg') ?? ''}`;
    return { error, again: LATER.has(code) };
  },
};
