import type { IncomingMessage, ServerResponse } from 'node:http';
import { GEMINI_ACTIONS, V1_DOORS } from './door-table.ts';
import type { PathWords, PlainWay } from './doors.ts';
import type { Door } from './request.ts';

type Handle = (req: IncomingMessage, res: ServerResponse) => void;

export type ShortcutDeps = {
  ask(speaks: Door, way: PlainWay, words?: PathWords): Handle;
  v1: PlainWay;
  v1beta: PlainWay;
};

/** What is escaped is left to the routers, which know how to read it. */
const GEMINI_PATH = /^\/(v1|v1beta)\/models\/([^%]+):(\w+)$/;

/**
 * The way of programs to their doors past the web framework, which alone takes a tenth of a small
 * request: for what is asked with POST and written exactly as the door's path. Null for everything
 * else, lists, pages and mistakes, which find their way by the routers.
 */
export function createShortcut({ ask, ...ways }: ShortcutDeps) {
  const doors = new Map(
    Object.entries(V1_DOORS).map(([path, speaks]) => [`/v1${path}`, ask(speaks, ways.v1)]),
  );

  function geminiDoor(path: string): Handle | null {
    const [, base, model = '', action = ''] = GEMINI_PATH.exec(path) ?? [];
    // NOTE: every object has a `constructor`, which is no door.
    const speaks = Object.hasOwn(GEMINI_ACTIONS, action) ? GEMINI_ACTIONS[action] : undefined;
    if (!speaks) return null;
    return ask(speaks, base === 'v1' ? ways.v1 : ways.v1beta, { model, action });
  }

  return ({ method, url = '' }: Pick<IncomingMessage, 'method' | 'url'>): Handle | null => {
    if (method !== 'POST') return null;
    const end = url.indexOf('?');
    const path = end < 0 ? url : url.slice(0, end);
    return doors.get(path) ?? geminiDoor(path);
  };
}
