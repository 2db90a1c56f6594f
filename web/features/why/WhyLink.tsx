import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

/** Leads from a request to the page that explains it. */
export function WhyLink({ id }: { id: string }) {
  const { t } = useTranslation('why');
  return (
    <Anchor
      fz="sm"
      fw={500}
      renderRoot={(props) => <Link {...props} to="/why/$id" params={{ id }} />}
    >
      {t('linkFor')}
    </Anchor>
  );
}
