import { z } from 'zod';
import { PasskeySignIn, SecondStep, StepUpProof, Ticket } from '#shared/schemas/factors.ts';
import { PasswordChange, Preferences, SignInInput } from '#shared/schemas/sessions.ts';
import { memberProcedure, publicProcedure, router } from '../../trpc/init.ts';
import type { ProofsService } from './proofs.service.ts';
import type { SessionsService } from './sessions.service.ts';
import type { SignInService } from './sign-in.service.ts';

export type SessionsRouterDeps = {
  sessions: SessionsService;
  signIn: SignInService;
  proofs: ProofsService;
};

/** Ids of sessions are SHA-256 hashes, not UUIDs. */
const BySessionId = z.object({ id: z.string().regex(/^[0-9a-f]{64}$/) });

export function createSessionsRouter({ sessions, signIn, proofs }: SessionsRouterDeps) {
  return router({
    me: publicProcedure.query(({ ctx }) => ctx.me),

    signIn: publicProcedure.input(SignInInput).mutation(async ({ ctx, input }) => {
      const entered = await signIn.signIn(input, ctx);
      if ('next' in entered) return entered;
      ctx.setSessionCookie(entered.token);
      return entered.me;
    }),

    askSecondPasskey: publicProcedure
      .input(Ticket)
      .mutation(({ ctx, input }) => signIn.askSecondPasskey(input.ticket, ctx.origin)),
    proveSecondFactor: publicProcedure.input(SecondStep).mutation(async ({ ctx, input }) => {
      const { me, token } = await signIn.proveSecondFactor(input, ctx);
      ctx.setSessionCookie(token);
      return me;
    }),

    askPasskey: publicProcedure.mutation(async ({ ctx }) => {
      const { options, cookie } = await signIn.askPasskey(ctx);
      ctx.setProofCookie(cookie);
      return options;
    }),
    signInWithPasskey: publicProcedure.input(PasskeySignIn).mutation(async ({ ctx, input }) => {
      const { me, token } = await signIn.signInWithPasskey(input.answer, ctx);
      ctx.setProofCookie(null);
      ctx.setSessionCookie(token);
      return me;
    }),

    askStepUp: memberProcedure.mutation(({ ctx }) => proofs.askStepUp(ctx.me, ctx)),
    stepUp: memberProcedure
      .input(z.object({ proof: StepUpProof }))
      .mutation(async ({ ctx, input }) => {
        await proofs.stepUp(ctx.me, input.proof, ctx);
        return null;
      }),

    signOut: publicProcedure.mutation(async ({ ctx }) => {
      await sessions.signOut(ctx);
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
      await sessions.end(ctx, input.id);
      if (input.id === ctx.sessionId) ctx.setSessionCookie(null);
      return null;
    }),
  });
}
