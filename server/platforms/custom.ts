import type { Operation, Protocol } from '#shared/schemas/platforms.ts';
import { OPENAI_PATHS, openaiOperations } from './openai-operations.ts';
import type { Auth, Platform } from './platform.ts';

/** A platform as an admin described it: one row of the table `platforms`. */
export type CustomPlatform = { id: string; name: string; protocol: Protocol; baseUrl: string };

/** How servers of each protocol expect the key. */
const AUTH: Readonly<Record<Protocol, Auth>> = {
  'openai-chat': 'bearer',
  'openai-responses': 'bearer',
  'anthropic-messages': 'x-api-key',
  gemini: 'x-goog-api-key',
};

/**
 * The declaration of a platform that an admin added. Its server may be one that asks for no key;
 * which of OpenAI's operations it has is for it to say.
 */
export function customPlatform({ id, name, protocol, baseUrl }: CustomPlatform): Platform {
  const likeOpenai = protocol === 'openai-chat' || protocol === 'openai-responses';
  const operations = Object.keys(OPENAI_PATHS) as Operation[];
  return {
    id,
    name,
    endpoints: [{ protocol, baseUrl, auth: AUTH[protocol] }],
    operations: likeOpenai ? openaiOperations(baseUrl, ...operations) : {},
    keyOptional: true,
    keyUrl: null,
    listsModels: true,
    models: [],
  };
}
