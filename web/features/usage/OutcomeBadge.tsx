import { useTranslation } from 'react-i18next';
import type { Texts } from '../../i18n/en/index.ts';
import { StateBadge } from '../../ui/StateBadge.tsx';

type Outcome = keyof Texts['usage']['outcomes'];

const NAMED = new Set<string>([
  'bad_request',
  'body_too_large',
  'unsupported_media_type',
  'method_not_allowed',
  'not_found',
  'key_missing',
  'key_invalid',
  'not_signed_in',
  'forbidden',
  'user_disabled',
  'user_silenced',
  'model_not_allowed',
  'scope_missing',
  'address_not_allowed',
  'model_not_found',
  'rate_limited',
  'quota_exhausted',
  'no_account',
  'outbound_refused',
  'not_offered',
  'bound_elsewhere',
  'previous_response_not_found',
  'upstream_refused',
  'upstream_rate_limited',
  'upstream_failed',
  'upstream_timeout',
  'proxy_failed',
  'refresh_failed',
  'ended_by_admin',
  'ended_by_owner',
  'shutting_down',
  'storage_unavailable',
  'internal',
] satisfies Outcome[]);

function isNamed(outcome: string): outcome is Outcome {
  return NAMED.has(outcome);
}

/** What became of a request, in two words. */
export function OutcomeBadge({ outcome }: { outcome: string }) {
  const { t } = useTranslation('usage');
  if (outcome === 'ok') return <StateBadge state="ok" />;
  if (outcome === 'aborted' || outcome === 'client_closed') return <StateBadge state="aborted" />;
  if (!isNamed(outcome)) return <StateBadge state="failed" />;
  return <StateBadge state="failed" label={t(`outcomes.${outcome}`)} />;
}
