import { ERRORS, toAppError } from '#shared/errors.ts';
import type { Arrived, Progress } from './exchange.ts';
import { errorHeaders } from './protocols/error-headers.ts';
import { type AdmitDeps, admit } from './steps/admit.ts';
import { authenticate } from './steps/authenticate.ts';
import { type CallDeps, call } from './steps/call.ts';
import { type RecallDeps, recall } from './steps/recall.ts';
import { countRefused, createRefusedRecords, shortened } from './steps/refused.ts';
import { type RelayDeps, relay } from './steps/relay.ts';
import { type RememberDeps, remember } from './steps/remember.ts';
import { type RouteDeps, route } from './steps/route.ts';
import { type SettleDeps, settle } from './steps/settle.ts';
import { type UnderstandDeps, understand } from './steps/understand.ts';
import { WHY_HEADER, type WhyDeps, withLink } from './why-link.ts';

export type PipelineDeps = UnderstandDeps &
  AdmitDeps &
  RecallDeps &
  RouteDeps &
  CallDeps &
  RelayDeps &
  RememberDeps &
  SettleDeps &
  WhyDeps & { onInternalError: (error: unknown, requestId: string) => void };

/**
 * The request path. It never throws: whatever happens, the request is settled once and the client
 * gets an answer, an error in its own dialect, or has left.
 */
export function createPipeline(deps: PipelineDeps) {
  const recordsRefused = createRefusedRecords(deps.now);
  return async function serve(arrived: Arrived): Promise<void> {
    try {
      const known = await authenticate(arrived);
      const asked = await understand(deps, known);
      const admitted = await admit(deps, asked);
      const recalled = await recall(deps, admitted);
      const routed = await route(deps, recalled);
      const called = await call(deps, routed);
      const relayed = await relay(deps, called);
      await remember(deps, relayed);
      await settle(deps, relayed);
      relayed.finish();
    } catch (thrown) {
      await refuse({ ...deps, recordsRefused }, arrived, thrown);
    }
  };
}

type RefuseDeps = PipelineDeps & { recordsRefused: ReturnType<typeof createRefusedRecords> };

async function refuse(deps: RefuseDeps, arrived: Progress, thrown: unknown): Promise<void> {
  let error = await countRefused(deps, arrived, shortened(toAppError(thrown)));
  const { hold, facts, principal } = arrived;
  // NOTE: nothing is reserved for it, so that the record is all there is to settle.
  if (principal && !hold && !deps.recordsRefused(principal)) facts.settled = true;
  try {
    await settle(deps, arrived, error);
  } catch (unsettled) {
    error = toAppError(unsettled);
  }
  if (error.code === 'internal') deps.onInternalError(error.cause, arrived.id);
  const { id, reply, speaks } = arrived;
  // NOTE: without a principal nobody could open the page.
  const link = 'principal' in arrived ? deps.whyUrl(id) : null;
  const told = link === null ? error : withLink(error, link);
  if (!reply.isStarted()) {
    const headers = { ...errorHeaders(told), ...(link !== null && { [WHY_HEADER]: link }) };
    reply.send(ERRORS[told.code].http, speaks.errorBody(told, id), headers);
  } else if (arrived.facts.raw) reply.breakOff();
  else reply.endStream([speaks.errorFrame(told, id)]);
}
