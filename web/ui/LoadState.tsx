import { Skeleton, Stack, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** Grey rows in the place of a list or table that is on its way. */
export function LoadingRows({ rows = 6 }: { rows?: number }) {
  const { t } = useTranslation('common');
  return (
    <Stack gap={10} p="md" role="status">
      <VisuallyHidden>{t('loading')}</VisuallyHidden>
      {Array.from({ length: rows }, (_, index) => `row-${index}`).map((row, index) => (
        <Skeleton key={row} height={22} width={`${100 - ((index * 17) % 32)}%`} />
      ))}
    </Stack>
  );
}

/** A grey block of a given height (px), for charts and cards. */
export function LoadingBlock({ height = 160 }: { height?: number }) {
  const { t } = useTranslation('common');
  return (
    <div role="status">
      <VisuallyHidden>{t('loading')}</VisuallyHidden>
      <Skeleton height={height} radius="lg" />
    </div>
  );
}
