import { type KeyboardEvent, useState } from 'react';

/** Rows of a screen, for the keys that go by screens. */
const SCREEN = 15;

type ListKeys = {
  count: number;
  onSelect: (index: number) => void;
  onCopy: (index: number) => void;
  onOpen: (index: number) => void;
  /** Brings a row into view. */
  onMove: (index: number) => void;
};

/** Where a key leads from a row; null = it leads nowhere. */
export function rowAfter(key: string, at: number, count: number): number | null {
  const last = count - 1;
  const to: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + SCREEN,
    PageUp: at - SCREEN,
    Home: 0,
    End: last,
  };
  const wanted = to[key];
  if (wanted === undefined || count === 0) return null;
  return Math.min(Math.max(wanted, 0), last);
}

/** The row that the keys are about, and what they do with it. */
export function useListKeys({ count, onCopy, onMove, onOpen, onSelect }: ListKeys) {
  const [wish, setActive] = useState(-1);
  const active = Math.min(wish, count - 1);

  function move(key: string, to: number): void {
    // The end may be many pages away: it is followed while they come.
    setActive(key === 'End' ? Number.POSITIVE_INFINITY : to);
    onMove(to);
  }
  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    // Keys of buttons and boxes within a row are their own.
    const own = event.target === event.currentTarget;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = rowAfter(event.key, active, count);
    if (to !== null) move(event.key, to);
    else if (active >= 0 && event.key === ' ' && own) onSelect(active);
    else if (active >= 0 && event.key === 'Enter' && own) onOpen(active);
    else if (active >= 0 && event.key === 'c') onCopy(active);
    else return;
    event.preventDefault();
  }

  return {
    active,
    setActive,
    onKeyDown,
    /** Whether the last row is followed, whichever that becomes. */
    toEnd: wish === Number.POSITIVE_INFINITY,
    /** Stays at the row that is the last by now. */
    stay: () => setActive(active),
  };
}
