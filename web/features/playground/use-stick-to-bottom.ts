import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';

/** Closer to the end than this (px) counts as being there. */
const NEAR = 12;

type Sticky = {
  scroller: RefObject<HTMLDivElement | null>;
  content: RefObject<HTMLDivElement | null>;
  /** False once the person scrolled up to read. */
  atEnd: boolean;
  toEnd: () => void;
};

/**
 * Keeps the end of growing content in view, and lets go the moment the person scrolls up; holds on
 * again when they come back to the end.
 */
export function useStickToBottom(): Sticky {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const [atEnd, setAtEnd] = useState(true);

  const toEnd = useCallback(() => {
    sticks.current = true;
    setAtEnd(true);
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  }, []);

  useEffect(() => {
    const box = scroller.current;
    if (!box || !content.current) return;
    let top = box.scrollTop;
    const onScroll = () => {
      const near = box.scrollHeight - box.clientHeight - box.scrollTop <= NEAR;
      const up = box.scrollTop < top;
      top = box.scrollTop;
      if (near) sticks.current = true;
      else if (up) sticks.current = false;
      setAtEnd(sticks.current);
    };
    const watcher = new ResizeObserver(() => {
      if (sticks.current) box.scrollTo({ top: box.scrollHeight });
    });
    watcher.observe(content.current);
    watcher.observe(box);
    box.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      watcher.disconnect();
      box.removeEventListener('scroll', onScroll);
    };
  }, []);

  return { scroller, content, atEnd, toEnd };
}
