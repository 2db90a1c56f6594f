import { useRef, useState } from 'react';

export type Dialog<T> = {
  opened: boolean;
  /** What it is about; kept while it closes, so that it does not go blank. Null before the first opening. */
  value: T | null;
  /** Counts the openings: as `key`, it gives every opening a fresh form. */
  turn: number;
  open: (value: T) => void;
  close: () => void;
};

/** What opened the last dialog: a dialog that follows on another gives the focus back to it too. */
let lastOpener: HTMLElement | null = null;

/** Where the focus belongs after a dialog: what had it, or the button of the menu that is closing. */
function opener(): HTMLElement | null {
  const active = document.activeElement;
  if (active === document.body || inDialog(active)) return lastOpener;
  const menu = active?.closest('[role="menu"]')?.getAttribute('aria-labelledby');
  const element = menu ? document.getElementById(menu) : active;
  lastOpener = element instanceof HTMLElement ? element : null;
  return lastOpener;
}

function inDialog(element: Element | null): boolean {
  return element?.closest('[role="dialog"], [role="alertdialog"]') != null;
}

/**
 * The state of one dialog that is about a thing. Unlike a modal mounted on opening, it gives the
 * focus back on closing; when its opener is gone (a deleted row), the page's main part gets it.
 */
export function useDialog<T>(): Dialog<T> {
  const [state, setState] = useState<{ opened: boolean; value: T | null; turn: number }>({
    opened: false,
    value: null,
    turn: 0,
  });
  const from = useRef<HTMLElement | null>(null);
  return {
    ...state,
    open(value) {
      from.current = opener();
      setState(({ turn }) => ({ opened: true, value, turn: turn + 1 }));
    },
    close() {
      setState((now) => ({ ...now, opened: false }));
      const giveBack = () => {
        const target = from.current?.isConnected ? from.current : document.getElementById('main');
        // While a dialog fades out, the focus is still inside it.
        const active = document.activeElement;
        if (active === document.body || inDialog(active)) target?.focus({ preventScroll: true });
      };
      setTimeout(giveBack, 20);
      // A deleted row, and the button in it, goes only when the list was loaded again.
      setTimeout(() => {
        if (!from.current?.isConnected && document.activeElement === document.body) giveBack();
      }, 1_000);
    },
  };
}
