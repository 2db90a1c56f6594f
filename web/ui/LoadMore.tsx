import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { More } from './DataTable.tsx';

/** How far below the visible part (px) the next rows are already fetched. */
const AHEAD = '600px';

/** Fetches more rows: by its button, and `eager`ly as soon as the end of the list comes near. */
export function LoadMore({ onLoad, loading, eager = false }: More & { eager?: boolean }) {
  const { t } = useTranslation('common');
  const button = useRef<HTMLButtonElement>(null);
  // NOTE: a new `onLoad` watches anew, so that rows too few to push the button away are followed up.
  useEffect(() => {
    if (!eager || loading || !button.current) return;
    const watcher = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) onLoad();
      },
      { root: button.current.closest('section'), rootMargin: AHEAD },
    );
    watcher.observe(button.current);
    return () => watcher.disconnect();
  }, [eager, loading, onLoad]);
  return (
    <Button ref={button} variant="subtle" fullWidth loading={loading} onClick={onLoad}>
      {t('loadMore')}
    </Button>
  );
}
