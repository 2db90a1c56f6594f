/**
 * The query this page was opened with, word for word. The router reads queries as JSON and would turn a
 * code such as `12e4` into another one, so this is read before it.
 */
export const ARRIVED_WITH = new URLSearchParams(
  typeof window === 'undefined' ? '' : window.location.search,
);
