import type { GeminiContent, GeminiPart } from '#shared/wire/gemini.ts';
import { isObject } from '../body.ts';
import type { AccountTag, Seal } from '../dialogue.ts';
import type { Recipient } from '../protocol.ts';
import { eachOnce, type StoredId, storedAs } from '../stored-ids.ts';
import { isThirdGeneration, readSignature, SKIP_SIGNATURE } from './gemini-seals.ts';
import { storedFile } from './media.ts';

/** What in a conversation leans on one account: seals over its reasoning, and files in its store. */
export type Bonds = { seals: Seal[]; accounts: AccountTag[]; storedIds: StoredId[] };

/** Reads them off the contents, in camelCase. */
export function bondsOf(contents: readonly GeminiContent[]): Bonds {
  const parts = contents.flatMap((content) => content.parts ?? []);
  const seals = parts.flatMap(({ thoughtSignature }) =>
    thoughtSignature ? [readSignature(thoughtSignature).seal] : [],
  );
  const accounts = seals.flatMap(({ account }) => (account === null ? [] : [account]));
  const files = eachOnce(storedAs('fileUri', parts.flatMap(filesOf)));
  return { seals, accounts: [...new Set(accounts)], storedIds: files };
}

function filesOf({ fileData, functionResponse }: GeminiPart): string[] {
  const results = (functionResponse?.parts ?? []).map((part) => part.fileData);
  return [fileData, ...results].flatMap((file) => storedFile(file?.fileUri ?? '') ?? []);
}

/** Whether the account can read it. */
export function isReadBy({ maker, account }: Seal, to: Recipient): boolean {
  return maker === 'gemini' && (account === null || account === to.account);
}

/**
 * The contents as the client spelled them, without signatures that the recipient cannot read. Calls
 * get the value in their place that Google documents for histories from elsewhere.
 */
export function withoutForeignSeals(contents: unknown, to: Recipient): unknown {
  return each(contents, (content) =>
    isObject(content) && 'parts' in content
      ? { ...content, parts: each(content['parts'], (part) => stripped(part, to)) }
      : content,
  );
}

/** Google takes a single element where a list is meant. */
function each(json: unknown, change: (element: unknown) => unknown): unknown {
  return Array.isArray(json) ? json.map(change) : change(json);
}

function stripped(part: unknown, to: Recipient): unknown {
  if (!isObject(part)) return part;
  const name = SPELLINGS.find((spelling) => typeof part[spelling] === 'string' && part[spelling]);
  if (name === undefined) return part;
  const { [name]: signature, ...others } = part;
  if (isReadBy(readSignature(String(signature)).seal, to)) return part;
  const isCall = 'functionCall' in part || 'function_call' in part;
  return isCall && isThirdGeneration(to.model) ? { ...others, [name]: SKIP_SIGNATURE } : others;
}

const SPELLINGS = ['thoughtSignature', 'thought_signature'];
