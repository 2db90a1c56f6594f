import { modelsOf } from './catalogue/index.ts';
import type { Judgement, Platform, UpstreamFailure } from './platform.ts';
import type { Quirks } from './quirks.ts';

/**
 * Anthropic's Claude by its own Messages API. Its OpenAI-compatible layer is for trying things out
 * and leaves much aside (https://platform.claude.com/docs/en/api/openai-sdk): it is not used.
 *
 * Sources: messages https://platform.claude.com/docs/en/api/messages/create, model list
 * https://platform.claude.com/docs/en/api/models-list, models
 * https://platform.claude.com/docs/en/about-claude/models/overview.
 */
export const claude: Platform = {
  id: 'claude',
  name: 'Anthropic Claude',
  endpoints: [
    {
      protocol: 'anthropic-messages',
      baseUrl: 'https://api.anthropic.com/v1',
      auth: 'x-api-key',
    },
  ],
  operations: {},
  quirks,
  quotaGroup,
  classify,
  keyOptional: false,
  keyUrl: 'https://platform.claude.com/settings/keys',
  termsUrl: 'https://www.anthropic.com/legal/consumer-terms',
  listsModels: true,
  models: modelsOf('claude'),
};

/** Models before Claude 4.6 know a budget of thought only. */
const BY_BUDGET = /^claude-(3-7|(opus|sonnet)-4(-[015])?(-\d{8})?$|haiku-4-5)/;
/** Thinking cannot be switched off. */
const ALWAYS = /^claude-(opus-5-5|(fable|mythos)-5)/;
/** From Claude Opus 4.7 on, any sampling but the default is refused. */
const NO_SAMPLING = /^claude-(opus-4-[78]|(fable|mythos|opus|sonnet|haiku)-5)/;

/**
 * Sources: thinking https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking; always on
 * and without sampling https://platform.claude.com/docs/en/models/opus-5-5/migration-guide,
 * https://platform.claude.com/docs/en/models/haiku-5-5/migration-guide and
 * https://platform.claude.com/docs/en/models/sonnet-5/overview; output limits
 * https://platform.claude.com/docs/en/about-claude/models/overview.
 */
function quirks(model: string): Quirks {
  return {
    thinking: BY_BUDGET.test(model) ? 'budget' : ALWAYS.test(model) ? 'always' : 'adaptive',
    ...(NO_SAMPLING.test(model) && { lacks: ['temperature', 'top_p', 'top_k'] }),
    ...outputTokens(model),
  };
}

/** The most a model can write, for a client that sets no limit; nothing where it is not known. */
function outputTokens(model: string): Pick<Quirks, 'outputTokens'> {
  if (/^claude-(fable|mythos|opus|sonnet|haiku)-5/.test(model)) return { outputTokens: 128_000 };
  if (/^claude-opus-4-[678]/.test(model)) return { outputTokens: 128_000 };
  if (/^claude-(sonnet-4-6|(opus|sonnet|haiku)-4-5)/.test(model)) return { outputTokens: 64_000 };
  return {};
}

const FAMILY = /^(claude-(?:(?:opus|sonnet)-4|fable-5))(?:[-.]|$)/;
const DATE = /-\d{8}$/;

/**
 * All of Opus 4, of Sonnet 4 and of Fable 5 share one limit each; every other model has its own,
 * whatever its date. Source: https://platform.claude.com/docs/en/api/rate-limits#rate-limits
 */
function quotaGroup(model: string): string {
  const family = FAMILY.exec(model)?.[1];
  return family === undefined ? model.replace(DATE, '') : `${family}.x`;
}

/**
 * Credit that is used up is a 400, and so is a limit of the month that the customer set, with the day on which it ends. An organisation that was switched off is
 * told in words too. Source: https://platform.claude.com/docs/en/api/errors
 */
function classify({ message, status }: UpstreamFailure): Judgement | null {
  if (status !== 400 && status !== 403) return null;
  if (message.startsWith('Your credit balance is too low')) return { kind: 'quota' };
  if (message.startsWith('This organization has been disabled')) return { kind: 'forbidden' };
  const [, day, time] =
    /^You have reached your specified API usage limits\. You will regain access on (\d{4}-\d\d-\d\d)(?: at (\d\d:\d\d) UTC)?/.exec(
      message,
    ) ?? [];
  if (day === undefined) return null;
  const at = Date.parse(`${day}T${time ?? '00:00'}Z`);
  return { kind: 'quota', returnsAt: Number.isNaN(at) ? null : at };
}
