import { z } from 'zod';
import { PasswordChange, Preferences, SignInInput } from '#shared/schemas/sessions.ts';
import { memberProcedure, publicProcedure, router } from '../../trpc/init.ts';
import type { SessionsService } from './sessions.service.ts';

/** Ids of sessions are SHA-256 hashes, not UUIDs. */
const BySessionId = z.object({ id: z.string().regex(/^[0-9a-f]{64}$/) });

export function createSessionsRouter(sessions: SessionsService) {
  return router({
    me: publicProcedure.query(({ ctx }) => ctx.me),

    signIn: publicProcedure.input(SignInInput).mutation(async ({ ctx, input }) => {
      const { me, token } = await sessions.signIn(input, ctx);
      ctx.setSessionCookie(token);
      return me;
    }),

    signOut: publicProcedure.mutation(async ({ ctx }) => {
      await sessions.signOut(ctx.sessionId);
      ctx.setSessionCookie(null);
      return null;
    }),

    changePassword: memberProcedure.input(PasswordChange).mutation(async ({ ctx, input }) => {
      ctx.setSessionCookie(await sessions.changePassword(ctx.me, input, ctx));
      return null;
    }),

    preferences: memberProcedure.query(({ ctx }) => sessions.preferences(ctx.me)),
    prefer: memberProcedure
      .input(Preferences)
      .mutation(({ ctx, input }) => sessions.prefer(ctx.me, input)),

    list: memberProcedure.query(({ ctx }) => sessions.list(ctx.me, ctx.sessionId)),

    end: memberProcedure.input(BySessionId).mutation(async ({ ctx, input }) => {
      await sessions.end(ctx.me, input.id);
      if (input.id === ctx.sessionId) ctx.setSessionCookie(null);
      return null;
    }),
  });
}
