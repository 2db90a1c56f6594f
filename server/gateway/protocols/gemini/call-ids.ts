import type {
  GeminiContent,
  GeminiFunctionCall,
  GeminiFunctionResponse,
} from '#shared/wire/gemini.ts';

/** Ids of calls, which in this protocol may be missing. */
export type CallIds = {
  ofCall(call: GeminiFunctionCall): string;
  ofResponse(response: GeminiFunctionResponse): string;
};

/**
 * Calls without an id are numbered (`call_<n>`); a response without one belongs to the first call
 * of its name that has no response yet. Asked in the order of the conversation.
 */
export function callIds(contents: readonly GeminiContent[]): CallIds {
  const taken = new Set(contents.flatMap(namedIds));
  const open: { id: string; name: string }[] = [];
  let count = 0;
  const next = (): string => {
    for (;;) {
      const id = `call_${count++}`;
      if (!taken.has(id)) return id;
    }
  };
  return {
    ofCall(call) {
      const id = call.id || next();
      open.push({ id, name: call.name });
      return id;
    },
    ofResponse({ id, name }) {
      const found = open.findIndex((call) => (id ? call.id === id : !name || call.name === name));
      const [answered] = found < 0 ? [] : open.splice(found, 1);
      return id || (answered?.id ?? next());
    },
  };
}

function namedIds({ parts }: GeminiContent): string[] {
  return (parts ?? []).flatMap(({ functionCall, functionResponse }) =>
    [functionCall?.id, functionResponse?.id].filter((id) => typeof id === 'string'),
  );
}
