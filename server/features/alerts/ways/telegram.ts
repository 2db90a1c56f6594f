import { cutLength, member, plainText, type Way } from './way.ts';

const MOST_CHARACTERS = 4_096;

/**
 * A bot of Telegram. Without `parse_mode` a text is only a text. Too many are refused with 429 and
 * `parameters.retry_after` (seconds). https://core.telegram.org/bots/api#sendmessage and
 * https://core.telegram.org/bots/api#responseparameters
 */
export const telegram: Way = {
  post({ message, target }) {
    return {
      url: `${target.url.replace(/\/+$/, '')}/bot${target.secret}/sendMessage`,
      body: JSON.stringify({
        chat_id: target.chatId,
        text: cutLength(plainText(message), MOST_CHARACTERS),
        link_preview_options: { is_disabled: true },
      }),
    };
  },
  read(data) {
    if (member(data, 'ok') === true) return null;
    return { error: String(member(data, 'description') ?? 'no answer of a bot'), again: false };
  },
};
