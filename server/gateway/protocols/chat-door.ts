import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '#shared/errors.ts';
import type { Protocol as ProtocolId } from '#shared/schemas/platforms.ts';
import { accountTag } from '../../platforms/account-tag.ts';
import type { Endpoint, Platform } from '../../platforms/platform.ts';
import type { Target } from '../ports.ts';
import type { Door, GatewayRequest, Plan } from '../request.ts';
import type { AnswerPart, Dialogue, Seal } from './dialogue.ts';
import { fitTo } from './fidelity.ts';
import { forwarded, translated } from './passage.ts';
import type { ArrivedCall, ChatRequest, Protocol, Recipient } from './protocol.ts';

/** What a client's side of a chat needs of its protocol; some are spoken by clients only. */
export type ClientProtocol = Pick<
  Protocol,
  'readRequest' | 'writeAnswer' | 'streamWriter' | 'errorBody' | 'errorFrame'
> & { id: ProtocolId | null };

export type Protocols = Readonly<Record<ProtocolId, Protocol>>;

/** A door at which chats are asked in one protocol and served in any. */
export function chatDoor(name: string, client: ClientProtocol, protocols: Protocols): Door {
  return {
    name,
    errorBody: client.errorBody,
    errorFrame: client.errorFrame,
    read(call) {
      const request = showAs(client.readRequest(call), call);
      return gatewayRequest(request, (platform) =>
        planChat({ client, request, headers: call.headers, protocols }, platform),
      );
    },
  };
}

/** A conversation that was kept here is sent whole, yet the answer says what it continues. */
function showAs(request: ChatRequest, { shown }: ArrivedCall): ChatRequest {
  return shown ? { ...request, echo: { ...request.echo, ...shown } } : request;
}

function gatewayRequest(request: ChatRequest, plan: GatewayRequest['plan']): GatewayRequest {
  const { dialogue: _dialogue, forward: _forward, ...rest } = request;
  return { ...rest, operation: 'chat', plan };
}

type Asking = {
  client: ClientProtocol;
  request: ChatRequest;
  headers: IncomingHttpHeaders;
  protocols: Protocols;
};

/** In the client's own protocol where the platform speaks it, else in the platform's first. */
function planChat(asking: Asking, platform: Platform): Plan {
  const same = platform.endpoints.find(({ protocol }) => protocol === asking.client.id);
  return same ? forwardTo(asking, platform, same) : translateTo(asking, platform);
}

function forwardTo(asking: Asking, platform: Platform, endpoint: Endpoint): Plan {
  const { request, headers } = asking;
  const protocol = asking.protocols[endpoint.protocol];
  return (target) => {
    const to = recipient(platform, target);
    return {
      ...wayTo(endpoint, protocol, request, to),
      ...request.forward(to),
      headers: protocol.headers(headers),
      passage: forwarded(protocol, request.framing, to.account),
    };
  };
}

function translateTo(asking: Asking, platform: Platform): Plan {
  const { client, request } = asking;
  const [endpoint] = platform.endpoints;
  const protocol = asking.protocols[endpoint.protocol];
  return (target, asked) => {
    refuseUnseen(request, platform);
    const to = recipient(platform, target);
    const fitted = fitTo(request.dialogue(), endpoint.protocol);
    const dialogue = withoutForeignSeals(fitted.dialogue, endpoint.protocol, to);
    const written = protocol.writeRequest(dialogue, to);
    const context = {
      requestId: asked.id,
      model: request.model,
      createdAt: Math.floor(asked.at / 1000),
      wantsUsage: request.wantsUsage,
      dialogue: request.dialogue(),
      echo: request.echo,
    };
    return {
      ...wayTo(endpoint, protocol, request, to),
      body: Buffer.from(JSON.stringify(written.body)),
      dropped: [...fitted.dropped, ...written.dropped],
      headers: protocol.headers(null),
      passage: translated(client, protocol, context, to.account),
    };
  };
}

/** What a request still refers to here is kept by a platform: it cannot be told to another protocol. */
function refuseUnseen({ previousId }: ChatRequest, { name }: Platform): void {
  if (previousId === null) return;
  throw new AppError(
    'bound_elsewhere',
    `The response this continues is kept by a platform that ${name} cannot ask. Choose a model on that platform, or send the conversation whole instead of previous_response_id.`,
    { param: 'previous_response_id' },
  );
}

function wayTo(endpoint: Endpoint, protocol: Protocol, request: ChatRequest, to: Recipient) {
  return {
    baseUrl: endpoint.baseUrl,
    auth: endpoint.auth,
    path: protocol.path(to.model, request.stream),
    contentType: 'application/json',
  };
}

function recipient(platform: Platform, { accountId, upstreamModel }: Target): Recipient {
  return {
    model: upstreamModel,
    quirks: platform.quirks?.(upstreamModel) ?? {},
    account: accountTag(accountId),
  };
}

const MAKERS: Readonly<Record<ProtocolId, Seal['maker'] | null>> = {
  'openai-chat': null,
  'openai-responses': 'openai',
  'anthropic-messages': 'anthropic',
  gemini: 'gemini',
};

/** Seals that the platform or the account cannot read are left out, and thoughts that are nothing without. */
function withoutForeignSeals(dialogue: Dialogue, protocol: ProtocolId, to: Recipient): Dialogue {
  const reads = ({ maker, account }: Seal) =>
    maker === MAKERS[protocol] && (account === null || account === to.account);
  const keep = (part: AnswerPart): AnswerPart[] => {
    if (part.kind !== 'thought' || part.seal === null || reads(part.seal)) return [part];
    return part.text === '' ? [] : [{ ...part, seal: null }];
  };
  return {
    ...dialogue,
    messages: dialogue.messages.map((message) =>
      message.role === 'assistant' ? { ...message, parts: message.parts.flatMap(keep) } : message,
    ),
  };
}
