import type { Protocol } from '#shared/schemas/platforms.ts';
import type { Platform } from './platform.ts';

/** A platform as an admin described it: one row of the table `platforms`. */
export type CustomPlatform = { id: string; name: string; protocol: Protocol; baseUrl: string };

/** The declaration of a platform that an admin added. Its server may be one that asks for no key. */
export function customPlatform(row: CustomPlatform): Platform {
  return {
    id: row.id,
    name: row.name,
    protocol: row.protocol,
    baseUrl: row.baseUrl,
    auth: 'bearer',
    keyOptional: true,
    keyUrl: null,
    listsModels: true,
    models: [],
  };
}
