import { useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

/**
 * Lets other pages open this page's “add” dialog by its address: `/accounts#add`, or with what to
 * add it to, `/accounts#add-openai`. The hash is taken away again, so that a reload does not repeat it.
 */
export function useAddHash(path: string, add: (detail: string | null) => void): void {
  useHash(path, 'add', add);
}

/** The same for opening one of what this page lists: `/accounts#open-<id>`. */
export function useOpenHash(path: string, open: (id: string) => void): void {
  useHash(path, 'open', (id) => {
    if (id !== null) open(id);
  });
}

function useHash(path: string, word: string, act: (detail: string | null) => void): void {
  // NOTE: the page being left sees the next address too, while the next page is still loading.
  const hash = useLocation({ select: ({ pathname, hash }) => (pathname === path ? hash : '') });
  const navigate = useNavigate();
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const match = /^([a-z]+)(?:-(.+))?$/.exec(hash);
    if (match?.[1] !== word) return;
    latest.current(match[2] ?? null);
    void navigate({ to: '.', hash: '', replace: true });
  }, [hash, navigate, word]);
}
