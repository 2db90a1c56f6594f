import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { trpc } from '../../lib/trpc.ts';

/** Leads from a request to the page that explains it; nothing where such details are not kept. */
export function WhyLink({ id }: { id: string }) {
  const { t } = useTranslation('why');
  const kept = useQuery(
    trpc.why.kept.queryOptions(undefined, { staleTime: Number.POSITIVE_INFINITY }),
  );
  if (kept.data?.days === 0) return null;
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
