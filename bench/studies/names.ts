/** What is measured beside the scenarios, in this order. */
export const STUDY_NAMES = [
  'cross-protocol',
  'growth',
  'open-streams',
  'slow-database',
  'endurance',
  'replicas',
  /** Every pair of protocols: one target, many pairs. */
  'protocols',
  /** A simulation: no server, no network, the same figures everywhere. */
  'pool',
] as const;
export type StudyName = (typeof STUDY_NAMES)[number];
