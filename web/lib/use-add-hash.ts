import { useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

/**
 * Lets other pages open this page's “add” dialog by its address: `/accounts#add`, or with what to
 * add it to, `/accounts#add-openai`. The hash is taken away again, so that a reload does not repeat it.
 */
export function useAddHash(path: string, add: (detail: string | null) => void): void {
  // NOTE: the page being left sees the next address too, while the next page is still loading.
  const hash = useLocation({ select: ({ pathname, hash }) => (pathname === path ? hash : '') });
  const navigate = useNavigate();
  const latest = useRef(add);
  latest.current = add;
  useEffect(() => {
    const match = /^add(?:-(.+))?$/.exec(hash);
    if (!match) return;
    latest.current(match[1] ?? null);
    void navigate({ to: '.', hash: '', replace: true });
  }, [hash, navigate]);
}
