import { cutBytes, member, plainText, type Way } from './way.ts';

const MOST_BYTES = 2_048;
/** Busy; more than 20 messages a minute. */
const LATER = new Set<unknown>([-1, 45009]);

/**
 * A group robot of WeCom. Text and not Markdown, which has no way to escape; `<@…>` would call
 * somebody. A refusal comes with status 200 and an `errcode`. https://developer.work.weixin.qq.com/document/path/91770
 */
export const wecom: Way = {
  post({ message, target }) {
    const content = cutBytes(plainText(message).replaceAll('<', '＜'), MOST_BYTES);
    return { url: target.url, body: JSON.stringify({ msgtype: 'text', text: { content } }) };
  },
  read(data) {
    const code = member(data, 'errcode');
    if (code === 0) return null;
    const error = `${code ?? 'no errcode'}: ${member(data, 'errmsg') ?? ''}`;
    return { error, again: LATER.has(code) };
  },
};
