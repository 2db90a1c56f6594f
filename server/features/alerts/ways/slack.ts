import { cutLength, type Way } from './way.ts';

const MOST_HEADER = 150;
const MOST_TEXT = 2_900;

/**
 * An incoming webhook of Slack. What people named is in `plain_text`; the notification's text and the
 * link are escaped, for `<!channel>` would call everybody. It refuses by the status: 4xx with a word
 * such as `no_service`, 429 with `retry-after` past one message a second.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks and
 * https://docs.slack.dev/messaging/formatting-message-text#escaping and
 * https://docs.slack.dev/apis/web-api/rate-limits
 */
export const slack: Way = {
  post({ message: { lines, link, title }, target }) {
    const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });
    const body = cutLength(lines.join('\n'), MOST_TEXT);
    const blocks = [
      { type: 'header', text: plain(cutLength(title, MOST_HEADER)) },
      ...(body === '' ? [] : [{ type: 'section', text: plain(body) }]),
      ...(link
        ? [
            {
              type: 'section',
              text: { type: 'mrkdwn', text: `<${escaped(link.url)}|${escaped(link.text)}>` },
            },
          ]
        : []),
    ];
    return { url: target.url, body: JSON.stringify({ text: escaped(title), blocks }) };
  },
  read: () => null,
};

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
