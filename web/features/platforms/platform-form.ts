import type { PlatformCreate } from '#shared/schemas/platforms.ts';

export type PlatformFormValues = { id: string; name: string; baseUrl: string };

/** An id made of a name: “Our vLLM” → `our-vllm`. Empty when nothing of the name fits. */
export function idFromName(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{Mark}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
}

/** The form as `platforms.create` takes it. */
export function toPlatform({ id, name, baseUrl }: PlatformFormValues): PlatformCreate {
  return {
    id: id.trim(),
    name: name.trim(),
    protocol: 'openai-chat',
    baseUrl: baseUrl.trim().replace(/\/+$/, ''),
  };
}

/** Where chat requests will go, or null while the address is not one. */
export function callAddress(baseUrl: string): string | null {
  const text = baseUrl.trim().replace(/\/+$/, '');
  return /^https?:\/\/[^/]/.test(text) && URL.canParse(text) ? `${text}/chat/completions` : null;
}

/** The OUTBOUND_ALLOW entry that would open an address: its host, with the port if it names one. */
export function allowEntry(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : '';
}
