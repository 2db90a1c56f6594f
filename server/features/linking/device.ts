import { z } from 'zod';
import { AppError } from '#shared/errors.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import type { OpenedClient } from '../oauth-clients/index.ts';

const Page = z.url({ protocol: /^https?$/ }).max(500);

/** RFC 8628, section 3.2. Some platforms write `verification_url`. */
const Answer = z
  .object({
    device_code: z.string().min(1).max(4_000),
    user_code: z.string().min(1).max(100),
    verification_uri: Page.optional(),
    verification_url: Page.optional(),
    verification_uri_complete: Page.optional().catch(undefined),
    expires_in: z.coerce.number().min(1).max(86_400).catch(600),
    interval: z.coerce.number().min(1).max(60).catch(5),
  })
  .transform(({ verification_uri, verification_url, ...rest }) => ({
    ...rest,
    page: verification_uri ?? verification_url ?? '',
  }))
  .refine(({ page }) => page !== '');

export type DeviceBegun = {
  code: string;
  userCode: string;
  verificationUri: string;
  completeUri: string | null;
  lifeMs: number;
  intervalMs: number;
};

const SILENCE_MS = 10_000;

/**
 * Asks for a code that a person types in at the platform.
 * @throws AppError bad_request when the platform refuses the client; like outbound.
 */
export async function beginDevice(
  outbound: Pick<Outbound, 'json'>,
  { clientId, secret, settings }: OpenedClient,
): Promise<DeviceBegun> {
  const form = new URLSearchParams({ client_id: clientId });
  if (settings.scopes !== '') form.set('scope', settings.scopes);
  if (settings.tokenAuth === 'post' && secret !== null) form.set('client_secret', secret);
  const { data } = await outbound.json(settings.deviceEndpoint, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...(settings.tokenAuth === 'basic' && { authorization: basic(clientId, secret ?? '') }),
    },
    body: form.toString(),
    headersTimeoutMs: SILENCE_MS,
    bodyTimeoutMs: SILENCE_MS,
    signal: AbortSignal.timeout(2 * SILENCE_MS),
  });
  const told = Answer.safeParse(data).data;
  if (!told) {
    throw new AppError(
      'upstream_failed',
      'The platform gave no code for a device. Try another way, or ask whoever keeps this client to check its device endpoint.',
    );
  }
  return {
    code: told.device_code,
    userCode: told.user_code,
    verificationUri: told.page,
    completeUri: told.verification_uri_complete ?? null,
    lifeMs: told.expires_in * 1_000,
    intervalMs: told.interval * 1_000,
  };
}

/** RFC 6749, 2.3.1: both are form-encoded first. */
function basic(clientId: string, secret: string): string {
  const encoded = (text: string) => new URLSearchParams([['', text]]).toString().slice(1);
  return `Basic ${Buffer.from(`${encoded(clientId)}:${encoded(secret)}`).toString('base64')}`;
}
