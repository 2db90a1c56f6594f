import type { Page } from '@playwright/test';
import { type Frames, framesOf } from './frames.ts';

const WHEEL_PX = 240;

/** Where the mouse turns its wheel. */
const MIDDLE = { x: 700, y: 600 };

/** A page that has nothing to do while it is scrolled: what this machine's browser can do at best. */
const EMPTY_PAGE = `data:text/html,<body style="margin:0"><div style="height:4000000px"></div>`;

/** Scrolls by wheel for `ms` and tells of the frames meanwhile. */
export async function scroll(page: Page, ms: number): Promise<Frames> {
  await page.mouse.move(MIDDLE.x, MIDDLE.y);
  await page.evaluate(`
    window.gatehouseFrames = [];
    requestAnimationFrame(function next(at) {
      window.gatehouseFrames.push(at);
      requestAnimationFrame(next);
    });`);
  const until = performance.now() + ms;
  while (performance.now() < until) await page.mouse.wheel(0, WHEEL_PX);
  return framesOf(await page.evaluate<number[]>('window.gatehouseFrames'));
}

export const openEmptyPage = (page: Page) => page.goto(EMPTY_PAGE);

/** Opens the vault; ms until `selector` is in sight. */
export async function openVault(page: Page, url: string, selector: string): Promise<number> {
  const began = performance.now();
  await page.goto(`${url}/vault`, { waitUntil: 'commit' });
  await page.locator(selector).first().waitFor();
  return performance.now() - began;
}

/** How many rows of the list the page holds, and by how much it was scrolled (px). */
export function lookAtList(page: Page): Promise<{ rows: number; scrolled: number }> {
  return page.evaluate<{ rows: number; scrolled: number }>(`({
    rows: document.querySelectorAll('#vault-list [role="row"]').length,
    scrolled: document.getElementById('vault-list').scrollTop,
  })`);
}
