import type { TokenUsage } from '../ports.ts';
import { NO_STEP, type Passage, type Step, type StreamPassage } from '../request.ts';
import type { AccountTag, AnswerPart, DialogueAnswer, DialogueEvent, Seal } from './dialogue.ts';
import { type Framing, JSON_TYPE, SSE } from './framing.ts';
import type { AnswerContext, Frame, Protocol } from './protocol.ts';
import { markSeals, sealMarker } from './seals.ts';
import { limited } from './stream-limit.ts';

/** The client's and the platform's protocol are the same: bytes pass, only seals get their mark. */
export function forwarded(protocol: Protocol, framing: Framing, account: AccountTag): Passage {
  return {
    readError: protocol.readError,
    whole(body) {
      const answer = protocol.readAnswer(body);
      if ('error' in answer) return answer;
      return { ...factsOf(answer), body: markSeals(body, sealsIn(answer.parts), account) };
    },
    stream() {
      const reader = limited(protocol.streamReader());
      // NOTE: a protocol may repeat a seal later, as Responses does in its closing frame.
      const marker = sealMarker(account);
      let sealed = false;
      const pass = (frame: Buffer, data: string): Buffer | Frame[] => {
        if (framing === SSE) return marker.mark(frame);
        return [{ data: sealed ? marker.mark(Buffer.from(data)).toString() : data }];
      };
      return {
        read(frame, data) {
          const events = reader.read(data);
          for (const event of events) {
            if (event.type !== 'seal') continue;
            marker.add(event.seal);
            sealed = true;
          }
          return stepOf(events, pass(frame, data));
        },
        end: () => atEnd(reader.end(), () => []),
      };
    },
  };
}

/** Answers of one protocol in the words of another. */
export function translated(
  client: Pick<Protocol, 'writeAnswer' | 'streamWriter'>,
  platform: Protocol,
  context: AnswerContext,
  account: AccountTag,
): Passage {
  return {
    readError: platform.readError,
    whole(body) {
      const answer = platform.readAnswer(body);
      if ('error' in answer) return answer;
      const parts = answer.parts.map((part) => signed(part, account));
      const said = client.writeAnswer({ ...answer, parts }, context);
      return { ...factsOf(answer), body: Buffer.from(JSON.stringify(said)) };
    },
    stream(): StreamPassage {
      const reader = limited(platform.streamReader());
      const writer = client.streamWriter(context);
      const write = (events: DialogueEvent[]) =>
        events.flatMap((event) =>
          writer.write(
            event.type === 'seal' ? { ...event, seal: { ...event.seal, account } } : event,
          ),
        );
      return {
        read(_frame, data) {
          const events = reader.read(data);
          const error = events.some((event) => event.type === 'error');
          return stepOf(events, error ? [] : write(events));
        },
        end: () => atEnd(reader.end(), write),
      };
    },
  };
}

function atEnd(events: DialogueEvent[], write: (events: DialogueEvent[]) => Frame[]): Step | null {
  return events.some(({ type }) => type === 'done') ? stepOf(events, write(events)) : null;
}

function stepOf(events: readonly DialogueEvent[], out: Buffer | Frame[]): Step {
  const step: Step = { ...NO_STEP, out };
  for (const event of events) {
    if (event.type === 'text') step.text += event.text;
    else if (event.type === 'open' && event.kind === 'call') step.text += event.name;
    else if (event.type === 'usage') step.usage = event.usage;
    else if (event.type === 'finish') step.finishes = true;
    else if (event.type === 'done') step.last = true;
    else if (event.type === 'error') step.error = event.message;
  }
  step.usageOnly = step.usage !== null && events.every(({ type }) => type === 'usage');
  return step;
}

function factsOf(answer: DialogueAnswer): {
  contentType: string;
  text: string;
  usage: TokenUsage | null;
  units: null;
} {
  const text = answer.parts.map(writtenIn).join('');
  return { contentType: JSON_TYPE, text, usage: answer.usage, units: null };
}

function writtenIn(part: AnswerPart): string {
  return part.kind === 'call' ? part.name + part.arguments : part.text;
}

function sealsIn(parts: readonly AnswerPart[]): Seal[] {
  return parts.flatMap((part) => (part.kind === 'thought' && part.seal ? [part.seal] : []));
}

function signed(part: AnswerPart, account: AccountTag): AnswerPart {
  if (part.kind !== 'thought' || !part.seal) return part;
  return { ...part, seal: { ...part.seal, account } };
}
