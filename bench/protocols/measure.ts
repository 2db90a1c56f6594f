import { setTimeout as pause } from 'node:timers/promises';
import { PAIRS, type Pair, type ProtocolLab, type Through } from './lab.ts';

const WARM_ROUNDS = 12;
const FIRST_ROUNDS = 60;
const CPU_ROUNDS = 4;
const SHORT = { pauseMs: 4, chunks: 3, stopEvery: 0 };
const LONG = { pauseMs: 0, chunks: 10_000, stopEvery: 0 };
/** Chunks between two samples of memory. */
export const SAMPLE_EVERY = 1_000;
/** After a stop, until what is on its way has arrived and been dealt with. */
const SETTLE_MS = 20;

/** What was measured of one pair, each list a figure a round. */
export type PairFigures = {
  pair: Pair;
  /** From the platform's write of the first words to the client's read of them. */
  firstMs: Record<Through, number[]>;
  /** CPU of the target's process for a chunk of a long stream. */
  cpuUs: Record<Through, number[]>;
  /** Bytes in use after every 1,000 chunks of one long stream. */
  memory: number[];
};

const none = (pair: Pair): PairFigures => ({
  pair,
  firstMs: { gateway: [], piped: [] },
  cpuUs: { gateway: [], piped: [] },
  memory: [],
});

/** Measures every pair, one stream at a time. Throws when a stream does not come to its end. */
export async function measurePairs(lab: ProtocolLab): Promise<PairFigures[]> {
  const all = PAIRS.map(none);
  const tell = (what: string) => process.stderr.write(`${PAIRS.length} pairs: ${what} …\n`);
  tell('warming up');
  await eachRound(WARM_ROUNDS, async (through, { pair }) => {
    await lab.stream(through, { pair, wish: SHORT });
  });
  await eachRound(1, async (through, { pair }) => {
    await lab.stream(through, { pair, wish: LONG });
  });
  tell('first words');
  await eachRound(FIRST_ROUNDS, async (through, { pair, firstMs }) => {
    firstMs[through].push((await lab.stream(through, { pair, wish: SHORT })).firstMs);
  });
  tell('CPU of long streams');
  await eachRound(CPU_ROUNDS, async (through, { pair, cpuUs }) => {
    const before = await lab.cpuUs(through);
    await lab.stream(through, { pair, wish: LONG });
    cpuUs[through].push(((await lab.cpuUs(through)) - before) / LONG.chunks);
  });
  tell('memory of long streams');
  await memoryOf(lab, { client: 'openai-chat', platform: 'openai-chat' }); // Warms the way there.
  for (const figures of all) figures.memory = await memoryOf(lab, figures.pair);
  return all;

  /** Both targets for each pair in turn, the order turned round each time. */
  async function eachRound(
    rounds: number,
    run: (through: Through, figures: PairFigures) => Promise<void>,
  ): Promise<void> {
    const order: Through[] = ['gateway', 'piped'];
    for (let round = 0; round < rounds; round += 1) {
      for (const figures of all) {
        for (const through of round % 2 === 0 ? order : order.toReversed()) {
          await run(through, figures);
        }
      }
    }
  }
}

/** The platform stops after every 1,000 chunks, and goes on once the memory was read. */
async function memoryOf(lab: ProtocolLab, pair: Pair): Promise<number[]> {
  const samples: number[] = [];
  let failed: unknown = null;
  let taking = false;
  const take = async () => {
    await pause(SETTLE_MS);
    samples.push(await lab.memory());
    taking = false;
    await lab.goOn();
  };
  await lab.stream('gateway', {
    pair,
    wish: { ...LONG, stopEvery: SAMPLE_EVERY },
    onChunks(count) {
      if (taking || count < (samples.length + 1) * SAMPLE_EVERY) return;
      taking = true;
      take().catch((thrown) => {
        failed = thrown;
      });
    },
  });
  if (failed) throw failed;
  return samples;
}
