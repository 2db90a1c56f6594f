import { Protocol } from '#shared/schemas/platforms.ts';
import { type Connection, openConnection } from '../load/connection.ts';
import { type Server, startServer } from '../processes.ts';
import { makeGatewayHome, TELLING_USAGE } from '../targets/gateway.ts';
import { streamRequest, type Wish } from './requests.ts';
import { type Watched, type Watching, watchStream } from './watch.ts';
import { WIRES } from './wire.ts';

/** Who asks in which protocol, and which one the platform speaks. */
export type Pair = { client: Protocol; platform: Protocol };

/** Every pair of protocols. */
export const PAIRS: readonly Pair[] = Protocol.options.flatMap((platform) =>
  Protocol.options.map((client) => ({ client, platform })),
);

export type Through = 'gateway' | 'piped';
type Ask = Pick<Watching, 'onChunks'> & { pair: Pair; wish: Wish };

/** Gatehouse before one platform of each protocol, and the bare piped proxy before others like them. */
export async function startProtocolLab() {
  const startPlatform = () => startServer({ args: ['bench/protocol-upstream.ts'], talks: true });
  const behind: Record<Through, Server> = {
    gateway: await startPlatform(),
    piped: await startPlatform(),
  };
  const home = await makeGatewayHome(
    Protocol.options.map((protocol) => ({
      id: `bench-${protocol}`,
      protocol,
      baseUrl: behind.gateway.url + WIRES[protocol].base,
      model: `gpt-${protocol}`,
    })),
  );
  const targets: Record<Through, Server> = {
    gateway: await home.start({ tellsUsage: true }),
    piped: await startServer({
      args: [...TELLING_USAGE, 'bench/targets/piped-proxy.ts', behind.piped.url],
      talks: true,
    }),
  };
  const open = (through: Through) => openConnection(new URL(targets[through].url));
  const connections: Record<Through, Connection> = {
    gateway: open('gateway'),
    piped: open('piped'),
  };
  const answered: Record<Through, number> = { gateway: 0, piped: 0 };

  return {
    url: targets.gateway.url,
    answered: () => answered.gateway,
    /** One stream; the piped proxy is asked in the platform's own protocol. Throws if it is not whole. */
    async stream(through: Through, { pair, wish, onChunks }: Ask): Promise<Watched> {
      const protocol = through === 'gateway' ? pair.client : pair.platform;
      const request = streamRequest({
        url: new URL(targets[through].url),
        key: home.key,
        protocol,
        model: `gpt-${pair.platform}`,
        wish,
      });
      const watched = await watchStream(connections[through], request, {
        chunks: wish.chunks,
        end: WIRES[protocol].end,
        ...(onChunks && { onChunks }),
      });
      if (!watched.whole) {
        throw new Error(`A stream was not whole: ${through}, ${pair.client} to ${pair.platform}.`);
      }
      answered[through] += 1;
      return watched;
    },
    /** Lets the platform behind Gatehouse go on from where its stream stopped. */
    goOn: () => behind.gateway.ask('go on'),
    /** CPU time of a target's process so far. */
    cpuUs: async (through: Through) => Number(await targets[through].ask('cpu')),
    /** Bytes that Gatehouse has in use, garbage collected. */
    memory: async () => Number(await targets.gateway.ask('memory')),
    async [Symbol.asyncDispose](): Promise<void> {
      for (const connection of Object.values(connections)) connection.close();
      for (const server of [...Object.values(targets), ...Object.values(behind)]) {
        await server[Symbol.asyncDispose]();
      }
      await home[Symbol.asyncDispose]();
    },
  };
}
export type ProtocolLab = Awaited<ReturnType<typeof startProtocolLab>>;
