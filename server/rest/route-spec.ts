import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Permission } from '#shared/permissions.ts';
import type { KeyScope } from '#shared/schemas/keys.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { HeldToken } from '../features/tokens/index.ts';
import type { SecretHolder } from '../features/vault-secrets/index.ts';
import type { Principal } from '../gateway/ports.ts';
import type { Dialect } from './dialects.ts';

/** What a route asks for: nothing, an access token, an API key, or either of them. */
export type Auth = 'none' | 'token' | 'key' | 'either';

/** Who sent a request. */
export type Caller = {
  me: Me;
  /** The person's number, for contracts whose ids are whole numbers. */
  number: number;
  /** May look, may not call models. */
  silenced: boolean;
  /** Set when they came with an access token. */
  token: HeldToken | null;
  /** Set when they came with an API key, and where a route takes either. */
  principal: Principal | null;
  /** Set when they came with a secret of programs. */
  secret?: SecretHolder;
};

type CallerOf<A extends Auth> = A extends 'none'
  ? null
  : A extends 'token'
    ? Caller & { token: HeldToken }
    : Caller & { principal: Principal };

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

export type Answers = Readonly<Record<number, z.ZodType>>;
type AnswerOf<R extends Answers> =
  | Reply
  | typeof SENT
  | (R extends { 200: infer S } ? (S extends z.ZodType ? z.input<S> : never) : never);

/** What a handler is given. */
export type Asked<A extends Auth, P, Q, B> = {
  params: Parsed<P>;
  query: Parsed<Q>;
  body: Parsed<B>;
  /** The signed-in person; null where a route asks for nobody. */
  me: A extends 'none' ? null : Me;
  caller: CallerOf<A>;
  /** Whether they proved in the last ten minutes who they are; never with a key. */
  proved: boolean;
  /** Address of the caller, as seen through trusted proxies. */
  address: string;
  userAgent: string;
  requestId: string;
  /** Aborted when the client leaves before the answer is whole. */
  signal: AbortSignal;
  /** The body as it came; empty unless the route takes one. */
  raw: Buffer;
  req: Request;
  res: Response;
};

export type RouteSpec<A extends Auth, P, Q, B, R extends Answers> = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As Express writes it: `/api/api-keys/:id`; a colon that is none of ours is `\\:`. */
  path: string;
  summary: string;
  /** The heading it is told under in the API's description. */
  tag: string;
  auth: A;
  /** Finds out who asks, where a contract has callers of its own; the server's way unless given. */
  identify?: Identify;
  /** How a credential of such a caller is sent, for the API's description. */
  credential?: 'secret';
  /** What the person's role has to allow. */
  permission?: Permission;
  /** What a key has to be for. */
  scope?: KeyScope;
  /** Calls models: silenced people are refused. */
  callsModels?: boolean;
  /** Largest body, bytes; 1 MB unless given. */
  mostBytes?: number;
  params?: P;
  query?: Q;
  /** Read as JSON; a route without it takes no body. */
  body?: B;
  /** By status. What a schema does not name is not sent. */
  answers: R;
  /** How mistakes are told. */
  errors: Dialect;
};

export type Handler<A extends Auth, P, Q, B, R extends Answers> = (
  asked: Asked<A, P, Q, B>,
) => AnswerOf<R> | Promise<AnswerOf<R>>;

/** Any route, for whoever lists them. */
export type Route = RouteSpec<
  Auth,
  z.ZodType | undefined,
  z.ZodType | undefined,
  z.ZodType | undefined,
  Answers
>;

/** Says who sent a request. Throws AppError for a missing, wrong or ended credential. */
export type Identify = (req: IncomingMessage, auth: Exclude<Auth, 'none'>) => Promise<Caller>;

/** An answer with a status of its own. */
export type Reply = {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
};

const replies = new WeakSet<object>();

/** Answers with another status than 200, or with headers. */
export function reply(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const made = { status, body, headers };
  replies.add(made);
  return made;
}

/** Whether it was made by `reply`: a body may have members of the same names. */
export function isReply(answer: unknown): answer is Reply {
  return typeof answer === 'object' && answer !== null && replies.has(answer);
}

/** What a handler returns that wrote the answer itself. */
export const SENT = Symbol('sent');
