import { expect, test } from 'vitest';
import { answerProof, askForProof, keepEscape } from './step-up.ts';

/** A page with a dialog that closes on Escape, as those below the window that asks do. */
function pageWithDialog() {
  const page = new EventTarget();
  // NOTE: of Window only this is asked for.
  keepEscape(page as Pick<Window, 'addEventListener'>);
  let closed = 0;
  page.addEventListener('keydown', () => (closed += 1), { capture: true });
  return {
    press: (key: string) =>
      page.dispatchEvent(Object.assign(new Event('keydown'), { key, isComposing: false })),
    closed: () => closed,
  };
}

test('Escape ends the asking, and closes nothing below it', async () => {
  const { closed, press } = pageWithDialog();
  const asked = askForProof();
  press('a');
  expect(closed()).toBe(1);
  press('Escape');
  expect(await asked).toBe(false);
  expect(closed()).toBe(1);
  press('Escape');
  expect(closed()).toBe(2);
});

test('several who ask share one answer', async () => {
  const both = [askForProof(), askForProof()];
  answerProof(true);
  expect(await Promise.all(both)).toEqual([true, true]);
});
