import { benchPool } from '../pool/index.ts';
import { benchProtocols } from '../protocols/index.ts';
import type { Study, StudyOptions } from './bed.ts';
import { benchCrossProtocol } from './cross-protocol.ts';
import { benchEndurance } from './endurance.ts';
import { benchGrowth } from './growth.ts';
import type { StudyName } from './names.ts';
import { benchOpenStreams } from './open-streams.ts';
import { benchReplicas } from './replicas.ts';
import { benchSlowDatabase } from './slow-database.ts';

/** Each compares Gatehouse with itself, or with few others, in a way of its own. */
export const STUDIES: Readonly<Record<StudyName, (options: StudyOptions) => Promise<Study>>> = {
  'cross-protocol': benchCrossProtocol,
  growth: benchGrowth,
  'open-streams': benchOpenStreams,
  'slow-database': benchSlowDatabase,
  endurance: benchEndurance,
  replicas: benchReplicas,
  protocols: benchProtocols,
  pool: benchPool,
};
