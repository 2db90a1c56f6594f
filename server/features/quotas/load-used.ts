import type { UsedSince } from '../usage/index.ts';
import type { LoadUsed } from './counters.ts';
import { isCounted } from './used.repo.ts';

/** What the quota gate rebuilds a counter from: the sums of usage. Of what they do not tell, nothing. */
export function createLoadUsed(usedSince: UsedSince): LoadUsed {
  return async (subject, id, since, until) =>
    isCounted(subject) ? usedSince(subject, id, since, until) : { tokens: 0, cost: 0 };
}
