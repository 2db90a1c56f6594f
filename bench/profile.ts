/** The parts of V8's .cpuprofile that are read here. */
export type CpuProfile = {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
    children?: number[];
  }[];
  samples: number[];
  timeDeltas: number[];
};

export type Cost = { name: string; share: number };

/** Not work of the program: waiting, and the profiler's own start and end. */
const isOutside = ({ functionName, url }: CpuProfile['nodes'][number]['callFrame']) =>
  functionName === '(idle)' || functionName === '(root)' || url === 'node:inspector';

/** Journal, its delivery, and the driver of the database, which the request path has no other use for. */
const isRecording = ({ url }: CpuProfile['nodes'][number]['callFrame']) =>
  /\/server\/(infra\/journal|features\/usage)\/|\/node_modules\/pg(-[a-z]+)?\//.test(url);

/** What a frame is called in a report: file and function, without this machine's paths. */
function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']) {
  const name = functionName || `(line ${lineNumber + 1})`;
  const packaged = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (packaged) return `${packaged}: ${name}`;
  const ours = /\/((?:server|shared)\/.+)$/.exec(url)?.[1];
  if (ours) return `${ours}: ${name}`;
  return url.startsWith('node:') ? `${url}: ${name}` : name;
}

/**
 * Where busy time went: `self` of each function, `total` of each with what it called, and what
 * recording the usage took. Shares are of busy time, 0 to 1.
 */
export function costsOf({ nodes, samples, timeDeltas }: CpuProfile) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((c) => [c, node.id])));
  const selfUs = new Map<number, number>();
  samples.forEach((id, at) => {
    selfUs.set(id, (selfUs.get(id) ?? 0) + (timeDeltas[at] ?? 0));
  });

  const [self, total] = [new Map<string, number>(), new Map<string, number>()];
  let [busyUs, recordingUs] = [0, 0];
  const add = (to: Map<string, number>, name: string, us: number) =>
    to.set(name, (to.get(name) ?? 0) + us);

  for (const [id, us] of selfUs) {
    const frame = byId.get(id)?.callFrame;
    if (!frame || isOutside(frame)) continue;
    busyUs += us;
    add(self, nameOf(frame), us);
    // Each name once a stack, so that a function which calls itself is not counted twice.
    const stack = new Set<string>();
    let recording = false;
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const above = byId.get(at)?.callFrame;
      if (!above) break;
      stack.add(nameOf(above));
      recording ||= isRecording(above);
    }
    if (recording) recordingUs += us;
    for (const name of stack) add(total, name, us);
  }

  const shares = (of: Map<string, number>): Cost[] =>
    [...of].map(([name, us]) => ({ name, share: us / busyUs })).sort((a, b) => b.share - a.share);
  return { self: shares(self), total: shares(total), recording: recordingUs / busyUs };
}
