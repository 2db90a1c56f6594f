import type { Operation } from '../../platforms/platform.ts';
import { type JsonBody, rewrite } from '../protocols/body.ts';
import { SSE } from '../protocols/framing.ts';
import { openaiDialect } from '../protocols/openai-chat/errors.ts';
import type { ArrivedCall } from '../protocols/protocol.ts';
import type { Door, GatewayRequest, Passage, Plan, Prepared } from '../request.ts';

/** A body for one platform. */
export type Written = Pick<Prepared, 'body' | 'contentType' | 'dropped'>;

/** A request that is passed on in the words it came in. */
export type Forwarded = Pick<
  GatewayRequest,
  'model' | 'stream' | 'maxOutputTokens' | 'mostUnits' | 'promptTexts' | 'promptTokens'
> & {
  /** The body with the platform's name of the model, and without what that model refuses. */
  write(model: string, lacks: readonly string[]): Written;
  /** Kinds of answer the client takes; JSON and events unless given. */
  accept?: string;
  passage: Passage;
};

/** A door for what is forwarded and never translated, in OpenAI's form, to platforms that have it. */
export function forwardDoor(
  name: string,
  operation: Operation,
  read: (call: ArrivedCall) => Forwarded,
): Door {
  return {
    name,
    ...openaiDialect,
    read(call): GatewayRequest {
      const { write, accept, passage, ...asked } = read(call);
      return {
        ...asked,
        operation,
        framing: SSE,
        wantsUsage: true,
        accounts: [],
        storedIds: [],
        previousId: null,
        store: false,
        plan(platform): Plan | null {
          const point = platform.operations[operation];
          if (!point) return null;
          return ({ upstreamModel }) => ({
            ...point,
            ...write(upstreamModel, platform.quirks?.(upstreamModel).lacks ?? []),
            auth: 'bearer',
            headers: accept === undefined ? {} : { accept },
            passage,
          });
        },
      };
    },
  };
}

/** Writes a JSON body: the model's name replaced, refused members left out, other bytes as they came. */
export function jsonWriter(body: JsonBody): Forwarded['write'] {
  const members = body.json as Record<string, unknown>;
  return (model, lacks) => {
    const changes = new Map<string, unknown>();
    for (const name of lacks) if (Object.hasOwn(members, name)) changes.set(name, undefined);
    const dropped = [...changes.keys()].filter((name) => name !== 'model' && said(members[name]));
    changes.set('model', model);
    return { body: rewrite(body, changes), contentType: 'application/json', dropped };
  };
}

function said(value: unknown): boolean {
  return value !== undefined && value !== null;
}
