import { type Server, startServer } from '../processes.ts';
import type { Target } from '../run.ts';
import { type GatewayHome, makeGatewayHome } from './gateway.ts';
import { PORTKEY, type Portkey, startPortkey } from './portkey.ts';

const startUpstream = () => startServer({ args: ['bench/upstream.ts'] });

async function stopAll(servers: readonly Server[]): Promise<void> {
  for (const server of servers) await server[Symbol.asyncDispose]();
}

/** Every target in a process of its own, each proxy before an upstream of its own. */
export async function startLab({ profile, peers }: { profile: string | null; peers: boolean }) {
  const direct = await startUpstream();
  const behind = { piped: await startUpstream(), dispatch: await startUpstream() };
  const behindGateway = await startUpstream();
  const upstreams = [direct, behind.piped, behind.dispatch, behindGateway];
  const home = await makeGatewayHome([
    {
      id: 'bench',
      protocol: 'openai-chat',
      baseUrl: `${behindGateway.url}/v1`,
      model: 'gpt-bench',
    },
  ]);
  let proxies = await startProxies();
  const behindPortkey = peers ? await startUpstream() : null;
  const portkey = behindPortkey && (await startPortkey(behindPortkey.url));

  async function startProxies() {
    const proxy = (name: 'piped' | 'dispatch') =>
      startServer({ args: [`bench/targets/${name}-proxy.ts`, behind[name].url] });
    return {
      piped: await proxy('piped'),
      dispatch: await proxy('dispatch'),
      gateway: await home.start({ profile }),
    };
  }

  const stopProxies = () => stopAll(Object.values(proxies));
  return {
    home,
    gateway: () => proxies.gateway,
    targets: (): Target[] => [
      ...Object.entries({ direct, ...proxies }).map(([name, server]) => ({
        name: name as Target['name'],
        server,
        key: home.key,
      })),
      ...(portkey && 'server' in portkey ? [asTarget(portkey, home.key)] : []),
    ],
    /** What is to be known of a peer that took no part, or not in everything; null = nothing. */
    peerNote: portkey && ('missing' in portkey ? portkey.missing : portkey.noStreams),
    /** Fresh processes over the same data, for what an earlier scenario would colour. */
    async restart(): Promise<void> {
      await stopProxies();
      proxies = await startProxies();
    },
    stopProxies,
    async [Symbol.asyncDispose](): Promise<void> {
      await stopProxies();
      if (portkey && 'server' in portkey) await stopAll([portkey.server]);
      await stopAll(behindPortkey ? [...upstreams, behindPortkey] : upstreams);
      await home[Symbol.asyncDispose]();
    },
  };
}
const asTarget = ({ server, headers, noStreams }: Portkey, key: string): Target => ({
  name: PORTKEY,
  server,
  key,
  headers,
  peer: { streams: noStreams === null },
});
export type Lab = Awaited<ReturnType<typeof startLab>>;

/** How long a Gatehouse with data takes from its start until it listens, in ms, each of `times`. */
export async function measureStarts(home: GatewayHome, times: number): Promise<number[]> {
  const taken: number[] = [];
  for (let time = 0; time < times; time += 1) {
    await using server = await home.start();
    taken.push(server.startMs);
  }
  return taken;
}
