import type { Seal } from '../dialogue.ts';
import { readSeal, writeSeal } from '../seals.ts';

/*
 * In this protocol a signature is bytes, written as base64: clients in Python decode and encode it on
 * its way, and may return it in the other alphabet (`-_` for `+/`). Google reads both. Seals of other
 * makers are texts of any kind, so theirs are packed as bytes before they go out.
 * Source: https://ai.google.dev/gemini-api/docs/thought-signatures
 */

/**
 * What Google has clients send in place of a signature for calls that its models did not make.
 * Source: https://ai.google.dev/gemini-api/docs/thought-signatures#faqs
 */
export const SKIP_SIGNATURE = 'skip_thought_signature_validator';

/**
 * Whether a model refuses calls without a signature, and takes images in results: from Gemini 3 on.
 * Names that tell no generation (`gemini-flash-latest`) stand for the newest.
 */
export function isThirdGeneration(model: string): boolean {
  return !/gemini-[12](?:[.-]|$)/.test(model);
}

export type ReadSignature = { seal: Seal; redacted: boolean };

/** A `thoughtSignature` as a client sent it. */
export function readSignature(text: string): ReadSignature {
  const seal = readSeal(text, 'gemini');
  if (seal.maker === 'gemini') return { seal, redacted: false };
  const packed = Buffer.from(seal.value, 'base64').toString();
  return { seal: { ...seal, value: packed.slice(1) }, redacted: packed.startsWith(REDACTED) };
}

/** A seal as a client of this protocol gets to see it; null for one that could not come back. */
export function writeSignature(seal: Seal, redacted: boolean): string | null {
  if (seal.maker === 'gemini') return writeSeal(seal);
  // NOTE: without its mark it would come back as one of Google's.
  if (seal.account === null) return null;
  const packed = `${redacted ? REDACTED : READABLE}${seal.value}`;
  return writeSeal({ ...seal, value: Buffer.from(packed).toString('base64') });
}

const REDACTED = 'r';
const READABLE = 't';
