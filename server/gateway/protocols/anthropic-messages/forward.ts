import { AppError } from '#shared/errors.ts';
import type { Block, CountRequest, WireMessage } from '#shared/wire/anthropic-messages.ts';
import { isObject, type JsonBody, rewrite } from '../body.ts';
import type { AccountTag, Seal } from '../dialogue.ts';
import type { Recipient } from '../protocol.ts';
import { quirkChanges } from '../quirk-changes.ts';
import { readSeal, unmarkSeals } from '../seals.ts';

/** Tags of the accounts that made the seals in a request. */
export function accountsIn(request: CountRequest): AccountTag[] {
  const tags = sealsIn(request).flatMap(({ account }) => account ?? []);
  return [...new Set(tags)];
}

/**
 * The body for a platform of the same protocol; see ChatRequest.forward.
 * @throws AppError bound_elsewhere when reasoning of another account may not be left out.
 */
export function forward(body: JsonBody, request: CountRequest, to: Recipient) {
  const { changes, dropped } = quirkChanges(request, to.quirks);
  changes.set('model', to.model);
  const foreign = (block: Block) => isForeign(block, to);
  if (request.messages.some(({ content }) => hasBlock(content, foreign))) {
    refuseBrokenLoop(request, foreign);
    changes.set(
      'messages',
      request.messages.flatMap((message) => without(message, foreign)),
    );
    dropped.push('thinking');
  }
  const own = sealsIn(request).filter((seal) => isOf(seal, to));
  return { body: unmarkSeals(rewrite(body, changes), own), dropped };
}

function sealsIn({ messages }: CountRequest): Seal[] {
  return messages.flatMap(({ content }) =>
    typeof content === 'string' ? [] : content.flatMap((block) => sealOf(block) ?? []),
  );
}

/** The member that holds the seal, by type of block. */
const SEALED_IN: ReadonlyMap<string, string> = new Map([
  ['thinking', 'signature'],
  ['redacted_thinking', 'data'],
]);

function sealOf(block: Block): Seal | null {
  const field = SEALED_IN.get(block.type);
  const value = field === undefined ? undefined : block[field];
  return typeof value === 'string' && value !== '' ? readSeal(value, 'anthropic') : null;
}

function isThought({ type }: Block): boolean {
  return type === 'thinking' || type === 'redacted_thinking';
}

/**
 * Reasoning that the recipient would refuse: sealed elsewhere, or not sealed at all because a model
 * wrote it whose platform does not seal. A platform that takes reasoning back unsealed gets it.
 */
function isForeign(block: Block, to: Recipient): boolean {
  if (!isThought(block)) return false;
  const seal = sealOf(block);
  return seal === null ? to.quirks.keepsThoughts !== true : !isOf(seal, to);
}

function isOf({ maker, account }: Seal, to: Recipient): boolean {
  return maker === 'anthropic' && (account === null || account === to.account);
}

function hasBlock(content: WireMessage['content'], is: (block: Block) => boolean): boolean {
  return typeof content !== 'string' && content.some(is);
}

/** A turn that is nothing but foreign reasoning goes altogether, for empty ones are refused. */
function without(message: WireMessage, is: (block: Block) => boolean): WireMessage[] {
  if (typeof message.content === 'string') return [message];
  const content = message.content.filter((block) => !is(block));
  if (content.length === message.content.length) return [message];
  return content.length === 0 ? [] : [{ ...message, content }];
}

/**
 * With a thinking budget, the turn whose calls are being answered has to start with its reasoning,
 * unchanged. All answers since the user last spoke are one turn. Adaptive thinking does not ask for
 * that. Sources: https://platform.claude.com/docs/en/build-with-claude/extended-thinking#extended-thinking-with-tool-use,
 * https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking
 */
function refuseBrokenLoop(request: CountRequest, foreign: (block: Block) => boolean): void {
  const thinking = request['thinking'];
  if (!isObject(thinking) || thinking['type'] !== 'enabled') return;
  const spoken = request.messages.findLastIndex(
    ({ role, content }) => role === 'user' && !onlyResults(content),
  );
  const turn = request.messages.slice(spoken + 1);
  const isLoop = turn.at(-1)?.role === 'user';
  if (!isLoop || !turn.some(({ content }) => hasBlock(content, foreign))) return;
  throw new AppError(
    'bound_elsewhere',
    'messages: the reasoning before the tool calls was made on another account, and the platform does not go on from these calls without it. Try again when that account is free, switch thinking off, or ask anew from the last message of the user.',
    { param: 'messages' },
  );
}

function onlyResults(content: WireMessage['content']): boolean {
  return typeof content !== 'string' && content.every(({ type }) => type === 'tool_result');
}
