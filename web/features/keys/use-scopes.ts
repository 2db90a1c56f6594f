import { useTranslation } from 'react-i18next';
import { KeyScope } from '#shared/schemas/keys.ts';

/** The scopes as options of a select, in the reader's language. */
export function useScopeOptions(): { value: KeyScope; label: string }[] {
  const { t } = useTranslation('keys');
  return KeyScope.options.map((value) => ({ value, label: t(`scope.${value}`) }));
}

/** Names a scope; one that only a newer server knows keeps its own. */
export function useScopeName(): (scope: string) => string {
  const options = useScopeOptions();
  return (scope) => options.find(({ value }) => value === scope)?.label ?? scope;
}
