import { frameData, isWholeFrame, type SseReader } from '../../infra/sse.ts';
import type { Step, StreamPassage } from '../request.ts';

/** What the next frame that has arrived means; null when no frame with data is here. */
export function nextStep(frames: SseReader, passage: StreamPassage): Step | null {
  for (let frame = frames.ready(); frame; frame = frames.ready()) {
    const data = frameData(frame);
    // NOTE: comments are heartbeats of the platform; ours are sent on our own account.
    if (data === undefined) continue;
    const step = passage.read(frame, data);
    // NOTE: half a frame at the end is no frame, unless it is the closing one without its blank line.
    if (step.last || step.error !== null || isWholeFrame(frame)) return step;
  }
  return null;
}
