import type { Protocol as ProtocolId } from '#shared/schemas/platforms.ts';
import { type Fate, FIDELITY } from '../../gateway/protocols/fidelity-table.ts';
import { CLIENTS, PLATFORMS } from './index.ts';
import type { Client, FakePlatform } from './matrix.ts';

/** What every client is asked to do at every platform; each is a test of protocol-matrix.test.ts. */
export const TASKS = [
  'plain',
  'stream',
  'tools',
  'image',
  'reasoning',
  'structured',
  'error',
  'abort',
] as const;
export type Task = (typeof TASKS)[number];

const NAMES: Record<ProtocolId, string> = {
  'openai-chat': 'OpenAI chat completions',
  'openai-responses': 'OpenAI Responses',
  'anthropic-messages': 'Anthropic Messages',
  gemini: 'Gemini',
};

const DOORS: Record<ProtocolId, string> = {
  'openai-chat': '`/v1/chat/completions`',
  'openai-responses': '`/v1/responses`',
  'anthropic-messages': '`/v1/messages`',
  gemini: '`/v1beta/models/{model}:generateContent`',
};

/** Whether a platform's seal over its reasoning reaches the client and comes back. */
export function carriesSeal(client: Client, platform: FakePlatform): boolean {
  return client.seals && platform.protocol !== 'openai-chat';
}

/** docs/protocols.md: every cell is a passing test, every row of the table a rule in the code. */
export function protocolsPage(): string {
  return [
    INTRO,
    '## Who can talk to whom',
    MATRIX_INTRO,
    ...CLIENTS.map(clientTable),
    '## What a protocol cannot say',
    FIDELITY_INTRO,
    fidelityTable(),
    OUTRO,
  ].join('\n\n');
}

function clientTable(client: Client): string {
  const rows = PLATFORMS.map((platform) => [
    NAMES[platform.protocol],
    ...TASKS.map((task) => cell(client, platform, task)),
  ]);
  const title = `### ${NAMES[client.protocol]}: ${DOORS[client.protocol]}`;
  return `${title}\n\n${table(['platform speaks', ...TASKS], rows)}`;
}

function cell(client: Client, platform: FakePlatform, task: Task): string {
  const way = client.protocol === platform.protocol ? 'bytes' : 'yes';
  if (task !== 'reasoning') return way;
  return carriesSeal(client, platform) ? `${way}, sealed` : `${way}, text only`;
}

function fidelityTable(): string {
  const ids = Object.keys(NAMES) as ProtocolId[];
  const rows = Object.entries(FIDELITY).map(([feature, row]) => [
    feature,
    ...ids.map((id) => fateText(row[id])),
  ]);
  return table(['in the request', ...ids.map((id) => `to ${NAMES[id]}`)], rows);
}

function fateText(fate: Fate): string {
  if (typeof fate === 'object') return fate.as;
  return { say: 'said', drop: '*left out*', refuse: '**refused**' }[fate];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const INTRO = `# Protocols

Every door serves every model. When the platform behind a model speaks the client's own protocol, the request's body and the answer's bytes pass as they came: only the model's name is replaced, a platform's quirks are minded (docs/platforms.md), and reasoning seals get a mark. Otherwise the request is read into a neutral form, the dialogue (\`server/gateway/protocols/dialogue.ts\`), and written in the platform's protocol; the answer goes the same way back.

This page is printed by \`server/gateway/protocol-page.test.ts\` from the code it describes; \`npx vitest run --project unit server/gateway/protocol-page.test.ts -u\` prints it anew.`;

const MATRIX_INTRO = `Each cell is a test (\`server/gateway/protocol-matrix.test.ts\`): the official library of the client's protocol asks, a platform written from the other protocol's reference answers. *bytes*: forwarded byte for byte; *yes*: translated. *tools* is a call and its result; *reasoning* asks for thought, shows it and hands it back, *sealed* when the platform's signature or encrypted reasoning returns to it too; *error* is a refusal, a rate limit and an error in mid-stream; *abort* closes the platform's connection.`;

const FIDELITY_INTRO = `Only translated requests pass this table. What is *left out* is named in the answer's header \`x-gatehouse-dropped\`, together with members of the client's protocol that no other knows. What is **refused** gets a 400 that names the field. Other entries say how it is put.`;

const OUTRO = `## What belongs to one account

Signatures over reasoning, encrypted reasoning, stored responses and file ids mean something to the account that made them only.

- Seals go out with a mark of twelve letters in front that stands for the account. A request that brings one back is sent to that account first. On another account the sealed reasoning is left out (named in \`x-gatehouse-dropped\`); where the protocol forbids leaving it out, the request is refused with \`bound_elsewhere\` and the reason.
- A response of \`/v1/responses\` is kept here, sealed, unless \`store\` is false; \`previous_response_id\` then works with any platform. A platform that speaks Responses itself keeps its own, and a conversation stays with that account.
- A file id can be opened by one account only. When several accounts may serve the model, the request is refused: send the file itself.

## Not offered

WebSockets and the realtime APIs are out of scope for now, as are file stores, batches, fine-tuning, assistants, and Gemini's \`embedContent\` (use \`/v1/embeddings\`). \`/v1/embeddings\`, \`/v1/images/generations\`, \`/v1/audio/*\` and \`/v1/rerank\` are forwarded where the platform has them and never translated.
`;
