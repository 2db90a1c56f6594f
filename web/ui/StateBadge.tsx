import { useTranslation } from 'react-i18next';
import classes from './StateBadge.module.css';

/** Every state the console knows; its colour is chosen here and nowhere else. */
export type BadgeState =
  | 'active'
  | 'silenced'
  | 'pending'
  | 'disabled'
  | 'expired'
  | 'cooling'
  | 'exhausted'
  | 'revoked'
  | 'invited'
  | 'ok'
  | 'failed'
  | 'aborted';

const TONES = {
  active: 'good',
  ok: 'good',
  cooling: 'warn',
  exhausted: 'warn',
  invited: 'info',
  pending: 'info',
  silenced: 'warn',
  aborted: 'warn',
  disabled: 'off',
  revoked: 'off',
  expired: 'bad',
  failed: 'bad',
} as const satisfies Record<BadgeState, string>;

/** A state as a dot and a word: never by colour alone. */
export function StateBadge({ state, label }: { state: BadgeState; label?: string }) {
  const { t } = useTranslation('common');
  return (
    <span className={classes.badge} data-tone={TONES[state]}>
      {label ?? t(`state.${state}`)}
    </span>
  );
}
