import type { AnswerPart, Citation, DialogueEvent } from '../dialogue.ts';
import { BETWEEN_PARTS } from './thoughts.ts';

type Opening =
  | { kind: 'text' | 'refusal' }
  | { kind: 'thought'; redacted: boolean }
  | { kind: 'call'; id: string; name: string };

/** How much of a part was said; never the words themselves. */
type Said = {
  part: number;
  kind: AnswerPart['kind'];
  open: boolean;
  /** Of the whole part, and of its section that is going on (a part of a summary). */
  length: number;
  section: string | null;
  sectionLength: number;
  citations: number;
};

/** Keeps the parts of a stream by the protocol's own place names, and says only what is new. */
export type OpenParts = {
  /** Nothing when it was opened before. */
  open(key: string, opening: Opening): DialogueEvent[];
  more(key: string, text: string): DialogueEvent[];
  /** What is missing of the whole text; of the section's, where there is one. */
  rest(key: string, whole: string): DialogueEvent[];
  section(key: string, name: string): DialogueEvent[];
  cite(key: string, citation: Citation): DialogueEvent[];
  close(key: string): DialogueEvent[];
  /** Opens, fills up and closes a part that is known to its end. */
  finish(key: string, part: AnswerPart): DialogueEvent[];
  closeAll(): DialogueEvent[];
  /** Kinds of all parts so far. */
  kinds(): AnswerPart['kind'][];
};

/** No parts yet. */
export function openParts(): OpenParts {
  const said = new Map<string, Said>();

  function open(key: string, opening: Opening): DialogueEvent[] {
    if (said.has(key)) return [];
    const part = said.size;
    const { kind } = opening;
    const nothing = { length: 0, section: null, sectionLength: 0, citations: 0 };
    said.set(key, { part, kind, open: true, ...nothing });
    return [{ type: 'open', part, ...opening }];
  }

  function more(key: string, text: string): DialogueEvent[] {
    const it = said.get(key);
    if (!it?.open || text === '') return [];
    it.length += text.length;
    it.sectionLength += text.length;
    return [{ type: 'text', part: it.part, text }];
  }

  function rest(key: string, whole: string): DialogueEvent[] {
    return more(key, whole.slice(said.get(key)?.sectionLength ?? 0));
  }

  function section(key: string, name: string): DialogueEvent[] {
    const it = said.get(key);
    if (!it || it.section === name) return [];
    const between = it.length > 0 ? more(key, BETWEEN_PARTS) : [];
    Object.assign(it, { section: name, sectionLength: 0 });
    return between;
  }

  function cite(key: string, citation: Citation): DialogueEvent[] {
    const it = said.get(key);
    if (!it?.open) return [];
    it.citations += 1;
    return [{ type: 'citation', part: it.part, citation }];
  }

  function close(key: string): DialogueEvent[] {
    const it = said.get(key);
    if (!it?.open) return [];
    it.open = false;
    return [{ type: 'close', part: it.part }];
  }

  function finish(key: string, part: AnswerPart): DialogueEvent[] {
    const opened = open(key, openingOf(part));
    return [...opened, ...missing(key, part), ...close(key)];
  }

  function missing(key: string, part: AnswerPart): DialogueEvent[] {
    const it = said.get(key);
    if (!it?.open) return [];
    switch (part.kind) {
      case 'text':
        return [
          ...rest(key, part.text),
          ...part.citations.slice(it.citations).flatMap((citation) => cite(key, citation)),
        ];
      case 'refusal':
        return rest(key, part.text);
      case 'call':
        return rest(key, part.arguments);
      case 'thought': {
        const text = it.length === 0 ? more(key, part.text) : [];
        const seal = part.seal ? [{ type: 'seal' as const, part: it.part, seal: part.seal }] : [];
        return [...text, ...seal];
      }
    }
  }

  return {
    open,
    more,
    rest,
    section,
    cite,
    close,
    finish,
    closeAll: () => [...said.keys()].flatMap(close),
    kinds: () => [...said.values()].map(({ kind }) => kind),
  };
}

function openingOf(part: AnswerPart): Opening {
  switch (part.kind) {
    case 'call':
      return { kind: part.kind, id: part.id, name: part.name };
    case 'thought':
      return { kind: part.kind, redacted: part.redacted };
    default:
      return { kind: part.kind };
  }
}
