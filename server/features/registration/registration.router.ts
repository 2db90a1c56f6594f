import {
  EmailChange,
  EmailToken,
  Forgotten,
  MailTest,
  Registration,
  RegistrationSettings,
  WaitingIds,
} from '#shared/schemas/registration.ts';
import { allowedTo, memberProcedure, publicProcedure, router } from '../../trpc/init.ts';
import type { RegistrationServices } from './build.ts';

/** Procedures of registering, waiting, forgotten passwords, e-mail addresses and mail. */
export function createRegistrationRouter(services: RegistrationServices) {
  const { admission, askedLinks, emails, mail, registration, waiting } = services;
  return router({
    look: publicProcedure.query(() => admission.look()),
    register: publicProcedure.input(Registration).mutation(async ({ ctx, input }) => {
      const outcome = await registration.register(input, ctx);
      if ('next' in outcome) return outcome;
      ctx.setSessionCookie(outcome.token);
      return outcome.me;
    }),
    forgot: publicProcedure.input(Forgotten).mutation(async ({ ctx, input }) => {
      await askedLinks.forgot(input.who, ctx);
      return null;
    }),
    resend: publicProcedure.input(Forgotten).mutation(async ({ ctx, input }) => {
      await askedLinks.resend(input.who, ctx);
      return null;
    }),
    // NOTE: not a query, for its input would stand in an address and so in a proxy's log.
    confirmEmail: publicProcedure
      .input(EmailToken)
      .mutation(({ ctx, input }) => emails.confirm(input.token, ctx)),

    myEmail: memberProcedure.query(({ ctx }) => emails.mine(ctx.me)),
    requestEmailChange: memberProcedure.input(EmailChange).mutation(async ({ ctx, input }) => {
      await emails.requestChange(ctx.me, input.email, ctx);
      return null;
    }),

    settings: allowedTo('sign-in.write').query(() => admission.settings()),
    save: allowedTo('sign-in.write')
      .input(RegistrationSettings)
      .mutation(({ ctx, input }) => admission.save(ctx, input)),
    mail: allowedTo('sign-in.write').query(() => mail.state()),
    testMail: allowedTo('sign-in.write')
      .input(MailTest)
      .mutation(async ({ ctx, input }) => {
        await mail.test(input.to, ctx);
        return null;
      }),

    waiting: allowedTo('users.write').query(() => waiting.list()),
    approve: allowedTo('users.write')
      .input(WaitingIds)
      .mutation(({ ctx, input }) => waiting.approve(ctx, input.ids)),
    decline: allowedTo('users.write')
      .input(WaitingIds)
      .mutation(({ ctx, input }) => waiting.decline(ctx, input.ids)),
  });
}
