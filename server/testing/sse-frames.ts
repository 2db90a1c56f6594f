import { readSse, type SseLimits } from '#server/infra/sse.ts';

/** The frames of a stream, one after the other. Throws like `readSse`. */
export async function* sseFrames(body: AsyncIterable<Uint8Array>, limits?: SseLimits) {
  const frames = readSse(body, limits);
  try {
    while (await frames.more()) {
      for (let frame = frames.ready(); frame; frame = frames.ready()) yield frame;
    }
  } finally {
    frames.destroy();
  }
}
