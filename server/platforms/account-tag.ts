import { sha256hex } from '../infra/ids.ts';

/** Stands for an account in what clients see: tells accounts apart and names none. 8 hex digits. */
export function accountTag(accountId: string): string {
  return sha256hex(accountId).slice(0, 8);
}
