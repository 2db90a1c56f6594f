import type { PlatformCreate, Protocol } from '#shared/schemas/platforms.ts';

export type PlatformFormValues = { id: string; name: string; protocol: Protocol; baseUrl: string };

/** What a base URL of each protocol looks like. */
export const EXAMPLE_URLS: Readonly<Record<Protocol, string>> = {
  'openai-chat': 'https://llm.example.com/v1',
  'openai-responses': 'https://llm.example.com/v1',
  'anthropic-messages': 'https://claude.example.com/v1',
  gemini: 'https://gemini.example.com/v1beta',
};

/** Where chats of each protocol go below the base URL. */
const CHAT_PATHS: Readonly<Record<Protocol, string>> = {
  'openai-chat': '/chat/completions',
  'openai-responses': '/responses',
  'anthropic-messages': '/messages',
  gemini: '/models/…:generateContent',
};

/** The form as `platforms.create` takes it. */
export function toPlatform({ id, name, protocol, baseUrl }: PlatformFormValues): PlatformCreate {
  return {
    id: id.trim(),
    name: name.trim(),
    protocol,
    baseUrl: baseUrl.trim().replace(/\/+$/, ''),
  };
}

/** Where chat requests will go, or null while the address is not one. */
export function callAddress(protocol: Protocol, baseUrl: string): string | null {
  const text = baseUrl.trim().replace(/\/+$/, '');
  const whole = /^https?:\/\/[^/]/.test(text) && URL.canParse(text);
  return whole ? text + CHAT_PATHS[protocol] : null;
}

/** The OUTBOUND_ALLOW entry that would open an address: its host, with the port if it names one. */
export function allowEntry(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : '';
}
