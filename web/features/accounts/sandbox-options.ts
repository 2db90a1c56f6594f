import type { SandboxOptions } from '#shared/schemas/accounts.ts';

/** The sandbox's settings as fields of a form: empty text where the model decides; the rate in percent. */
export type SandboxFieldValues = {
  latencyMs: number | '';
  tokenMs: number | '';
  errorPercent: number | '';
  /** Empty: the model's own. */
  errorStatus: '' | '401' | '429' | '500' | '503';
};

const STATUSES = { '401': 401, '429': 429, '500': 500, '503': 503 } as const;

/** Settings as fields show them. */
export function toFields(options: SandboxOptions): SandboxFieldValues {
  const { latencyMs, tokenMs, errorRate, errorStatus } = options;
  return {
    latencyMs: latencyMs ?? '',
    tokenMs: tokenMs ?? '',
    errorPercent: errorRate === undefined ? '' : Math.round(errorRate * 1_000) / 10,
    errorStatus: errorStatus === undefined ? '' : `${errorStatus}`,
  };
}

/** Fields as settings; what is empty is left out. */
export function fromFields(fields: SandboxFieldValues): SandboxOptions {
  const { latencyMs, tokenMs, errorPercent, errorStatus } = fields;
  return {
    ...(latencyMs !== '' && { latencyMs }),
    ...(tokenMs !== '' && { tokenMs }),
    ...(errorPercent !== '' && { errorRate: Math.round(errorPercent * 10) / 1_000 }),
    ...(errorStatus !== '' && { errorStatus: STATUSES[errorStatus] }),
  };
}
