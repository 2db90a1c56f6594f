import { initTRPC, TRPCError } from '@trpc/server';
import { z } from 'zod';
import { AppError, ERRORS, type ErrorCode, toAppError } from '#shared/errors.ts';
import { type Permission, requirePermission } from '#shared/permissions.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import { pathOfNul } from '../infra/path-of-nul.ts';
import { explainError } from './explain-error.ts';

/** What a procedure asks for, for whoever lists them all. */
type Meta = { permission?: Permission };

/** What a procedure knows about the HTTP request it answers. */
export type Context = {
  requestId: string;
  /** Address of the caller, as seen through trusted proxies. */
  address: string;
  userAgent: string;
  /** Languages the browser asks for: its Accept-Language header. */
  languages: string;
  /** The signed-in person, or null. */
  me: Me | null;
  /** The session's stored id (a hash), or null. */
  sessionId: string | null;
  /** Whether the person proved in the last ten minutes who they are. */
  proved: boolean;
  /** The address of our pages as the browser sees it; null for requests that only read. */
  origin: string | null;
  /** What binds a challenge to this browser, or null. */
  proofCookie: string | null;
  /** Sets the session cookie to this token; null clears it. */
  setSessionCookie(token: string | null): void;
  /** Sets what binds a challenge to this browser; null clears it. */
  setProofCookie(token: string | null): void;
  /** What binds a sign-in by another service to this browser, or null. */
  ssoCookie: string | null;
  /** Sets what binds a sign-in by another service to this browser; null clears it. */
  setSsoCookie(token: string | null): void;
};

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    errorFormatter({ shape, error, ctx }) {
      const cause = error.cause;
      const known = cause instanceof AppError ? cause : null;
      const issues = cause instanceof z.ZodError ? cause.issues : [];
      return {
        code: shape.code,
        message: known?.message ?? sentence(error, issues),
        data: {
          code: shape.data.code,
          httpStatus: shape.data.httpStatus,
          path: shape.data.path,
          /** The row of shared/errors.ts; the console's texts hang on it. */
          appCode: known?.code ?? codeOf(error),
          param: known?.param ?? issues[0]?.path.join('.') ?? null,
          retryAfterMs: known?.retryAfterMs ?? null,
          fieldErrors: issues.map((issue) => ({
            field: issue.path.join('.'),
            message: issue.message,
          })),
          requestId: ctx?.requestId ?? null,
        },
      };
    },
  });

function sentence(error: TRPCError, issues: readonly z.core.$ZodIssue[]): string {
  const first = issues[0];
  if (first) return `${first.path.join('.') || 'input'}: ${first.message}`;
  return error.code === 'INTERNAL_SERVER_ERROR' ? toAppError(error.cause).message : error.message;
}

/** What tRPC itself refuses (bad JSON, unknown procedure, wrong method) has a row in our table too. */
function codeOf(error: TRPCError): ErrorCode {
  return codes.find((code) => ERRORS[code].trpc === error.code) ?? 'internal';
}
const codes = Object.keys(ERRORS) as ErrorCode[];

/** Gives an AppError thrown below its tRPC code; hides everything else, which http.ts logs. */
const speakAppErrors = t.middleware(async ({ next }) => {
  const result = await next();
  if (result.ok || result.error.code !== 'INTERNAL_SERVER_ERROR') return result;
  const cause = explainError(result.error.cause ?? result.error);
  throw new TRPCError({ code: ERRORS[cause.code].trpc, message: cause.message, cause });
});

/** PostgreSQL's text holds no NUL, and no person means one: refused once, for every input there is. */
const refuseNul = t.middleware(async ({ getRawInput, next }) => {
  // What cannot be read is refused by whoever needs it: a procedure without input reads none.
  const param = pathOfNul(await getRawInput().catch(() => undefined));
  if (param === null) return next();
  throw new AppError('bad_request', `${param || 'input'}: must not hold a NUL character`, {
    param,
  });
});

export const router = t.router;

/** Anyone, signed in or not. */
export const publicProcedure = t.procedure.use(speakAppErrors).use(refuseNul);

/** Signed in and active, any role: `ctx.me` is a person. */
export const memberProcedure = publicProcedure.use(({ ctx, next }) => {
  if (!ctx.me) throw new AppError('not_signed_in', 'Sign in first.');
  return next({ ctx: { ...ctx, me: ctx.me } });
});

/** Signed in with a role that allows this. */
export function allowedTo(permission: Permission) {
  return memberProcedure.meta({ permission }).use(({ ctx, next }) => {
    requirePermission(ctx.me, permission);
    return next();
  });
}
