import { z } from 'zod';
import { Timestamp } from './common.ts';

/** With what a person proves the second time who they are. */
export const SecondFactorMethod = z.enum(['totp', 'recovery', 'passkey']);
export type SecondFactorMethod = z.infer<typeof SecondFactorMethod>;

/** A code of an authenticator app; people type it with a space in the middle, too. */
export const TotpCode = z
  .string()
  .max(20)
  .transform((text) => text.replace(/\s/g, ''))
  .pipe(z.string().regex(/^[0-9]{6}$/, 'six digits'));

/** A recovery code as it was printed, in any case and with or without its dashes. */
export const RecoveryCodeText = z
  .string()
  .max(60)
  .transform((text) => text.toLowerCase().replace(/[\s-]/g, ''))
  .pipe(z.string().regex(/^[a-z0-9]{16}$/, 'sixteen letters and digits'));

const base64url = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[\w-]*$/, 'base64url only');

/** What a browser says of a passkey that answered. Source: WebAuthn level 3, AuthenticationResponseJSON. */
export const PasskeyAnswer = z.object({
  id: base64url(1_400).min(1),
  rawId: base64url(1_400).min(1),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url(8_000),
    authenticatorData: base64url(8_000),
    signature: base64url(4_000),
    userHandle: base64url(200).nullish(),
  }),
});
export type PasskeyAnswer = z.infer<typeof PasskeyAnswer>;

/** What a browser says of a new passkey. Source: WebAuthn level 3, RegistrationResponseJSON. */
export const NewPasskey = z.object({
  id: base64url(1_400).min(1),
  rawId: base64url(1_400).min(1),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url(8_000),
    attestationObject: base64url(32_000),
    transports: z.array(z.string().max(32)).max(10).default([]),
  }),
});
export type NewPasskey = z.infer<typeof NewPasskey>;

const Factor = [
  z.object({ by: z.literal('code'), code: TotpCode }),
  z.object({ by: z.literal('recovery'), code: RecoveryCodeText }),
  z.object({ by: z.literal('passkey'), answer: PasskeyAnswer }),
] as const;

/** A second factor. */
export const FactorProof = z.discriminatedUnion('by', Factor);
export type FactorProof = z.infer<typeof FactorProof>;

/** What a signed-in person shows before something that weighs more. */
export const StepUpProof = z.discriminatedUnion('by', [
  ...Factor,
  z.object({ by: z.literal('password'), password: z.string().min(1).max(200) }),
]);
export type StepUpProof = z.infer<typeof StepUpProof>;

export const Ticket = z.object({ ticket: z.string().min(1).max(200) });
export type Ticket = z.infer<typeof Ticket>;

export const SecondStep = Ticket.extend({ proof: FactorProof });
export type SecondStep = z.infer<typeof SecondStep>;

export const PasskeySignIn = z.object({ answer: PasskeyAnswer });

/** A secret for an authenticator app, shown while it is set up; the address is what a QR code holds. */
export const TotpSetUp = z.object({ secret: z.string(), address: z.string() });
export type TotpSetUp = z.infer<typeof TotpSetUp>;

export const TotpConfirm = z.object({ code: TotpCode });
export type TotpConfirm = z.infer<typeof TotpConfirm>;

/** Shown this once. */
export const RecoveryCodes = z.object({ codes: z.array(z.string()) });
export type RecoveryCodes = z.infer<typeof RecoveryCodes>;

export const PasskeyName = z.string().trim().min(1).max(80);

export const PasskeyCreate = z.object({ name: PasskeyName, answer: NewPasskey });
export type PasskeyCreate = z.infer<typeof PasskeyCreate>;

export const PasskeyRename = z.object({ id: z.uuid(), name: PasskeyName });
export type PasskeyRename = z.infer<typeof PasskeyRename>;

export const PasskeyView = z.object({
  id: z.string(),
  name: z.string(),
  /** Whether it is kept on several devices. */
  backedUp: z.boolean(),
  lastUsedAt: Timestamp.nullable(),
  createdAt: Timestamp,
});
export type PasskeyView = z.infer<typeof PasskeyView>;

/** A person's own second factors. */
export const FactorsView = z.object({
  /** Since when an authenticator app is asked for at sign-in; null = it is not. */
  totpSince: Timestamp.nullable(),
  recoveryCodesLeft: z.int(),
  passkeys: z.array(PasskeyView),
});
export type FactorsView = z.infer<typeof FactorsView>;
