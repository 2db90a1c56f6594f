import type { Quirks, Reasoning } from '../../../platforms/quirks.ts';
import { isObject } from '../body.ts';

type Body = Readonly<Record<string, unknown>>;
type Wire = Record<string, unknown>;

/**
 * A body as a platform wants it, with the names of the members it refuses. Members that stay as they
 * are stay the same objects. `wish` is how much to think where the platform has its own switches for
 * that; null = nobody said.
 */
export function mindQuirks(
  body: Body,
  quirks: Quirks,
  wish: Reasoning | null,
): { body: Wire; dropped: string[] } {
  const minded: Wire = { ...body };
  renameOutputLimit(minded, quirks);
  completeUnstreamed(minded, quirks);
  switchReasoning(minded, quirks, wish);
  minded['messages'] = mindMessages(minded['messages'], quirks);
  clamp(minded, quirks);
  return { body: minded, dropped: leaveOut(minded, quirks) };
}

/** What `after` has instead of `before`; undefined for members it has not. */
export function changesBetween(before: Body, after: Body): Map<string, unknown> {
  const changes = new Map<string, unknown>();
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name)) changes.set(name, undefined);
  }
  for (const [name, value] of Object.entries(after)) {
    if (!Object.hasOwn(before, name) || before[name] !== value) changes.set(name, value);
  }
  return changes;
}

function isSet(body: Body, name: string): boolean {
  return body[name] !== undefined && body[name] !== null;
}

function renameOutputLimit(body: Wire, { outputLimit }: Quirks): void {
  if (!outputLimit) return;
  const other = outputLimit === 'max_tokens' ? 'max_completion_tokens' : 'max_tokens';
  if (!Object.hasOwn(body, other)) return;
  if (isSet(body, other) && !isSet(body, outputLimit)) body[outputLimit] = body[other];
  delete body[other];
}

function completeUnstreamed(body: Wire, { unstreamed = {} }: Quirks): void {
  if (body['stream'] === true) return;
  for (const [name, value] of Object.entries(unstreamed)) {
    if (!isSet(body, name)) body[name] = value;
  }
}

/** What a client said in the platform's own words is not overruled. */
function switchReasoning(body: Wire, { reasoning }: Quirks, wish: Reasoning | null): void {
  if (!reasoning || !wish) return;
  delete body['reasoning_effort'];
  for (const [name, value] of Object.entries(reasoning(wish))) {
    if (!isSet(body, name)) body[name] = value;
  }
}

function clamp(body: Wire, { ranges = {} }: Quirks): void {
  for (const [name, [least, most]] of Object.entries(ranges)) {
    const value = body[name];
    if (typeof value === 'number') body[name] = Math.min(Math.max(value, least), most);
  }
}

function leaveOut(body: Wire, { lacks = [] }: Quirks): string[] {
  const dropped = lacks.filter((name) => isSet(body, name));
  for (const name of lacks) delete body[name];
  return dropped;
}

function mindMessages(messages: unknown, { roles, oneSystemFirst }: Quirks): unknown {
  if (!Array.isArray(messages)) return messages;
  const renamed = roles ? renameRoles(messages, roles) : messages;
  return oneSystemFirst ? mergeSystem(renamed) : renamed;
}

function renameRoles(
  messages: readonly unknown[],
  roles: Readonly<Record<string, string>>,
): readonly unknown[] {
  const nameOf = (message: unknown) => {
    const role = isObject(message) ? message['role'] : null;
    return typeof role === 'string' && Object.hasOwn(roles, role) ? roles[role] : undefined;
  };
  if (!messages.some((message) => nameOf(message) !== undefined)) return messages;
  return messages.map((message) => {
    const role = nameOf(message);
    return role === undefined || !isObject(message) ? message : { ...message, role };
  });
}

function isSystem(message: unknown): message is Wire {
  return isObject(message) && (message['role'] === 'system' || message['role'] === 'developer');
}

/** All system turns as the first message, in their order. */
function mergeSystem(messages: readonly unknown[]): readonly unknown[] {
  const system = messages.filter(isSystem);
  const [first] = system;
  if (!first || (system.length === 1 && messages[0] === first)) return messages;
  const content = joinContents(system.map((message) => message['content']));
  return [{ ...first, content }, ...messages.filter((message) => !isSystem(message))];
}

function joinContents(contents: readonly unknown[]): unknown {
  if (contents.every((content) => typeof content === 'string')) return contents.join('\n\n');
  return contents.flatMap((content): unknown[] => {
    if (typeof content === 'string') return [{ type: 'text', text: content }];
    return Array.isArray(content) ? content : [];
  });
}
