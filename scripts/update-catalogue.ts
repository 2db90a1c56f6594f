import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import {
  type CatalogueEntry,
  CatalogueFile,
  type ListPrice,
} from '#server/platforms/catalogue/schema.ts';

const CATALOGUE = path.resolve(import.meta.dirname, '../server/platforms/catalogue/catalogue.json');
const MOST_BYTES = 32 * 1024 * 1024;
const PATIENCE_MS = 60_000;

const USAGE = `npm run catalogue:update -- <address or file> [--write] [--source https://…]

Compares the dollar prices of server/platforms/catalogue/catalogue.json with a price list in the form
of LiteLLM's model_prices_and_context_window.json and shows what differs. With --write the differences
and today's date are written; the changed entries then name the address as their source, or --source,
which a file or a plain http address needs. Prices in other currencies are left for a person to check.`;

/** A model in a list of LiteLLM's form; costs are dollars per token. */
const Listed = z.looseObject({
  litellm_provider: z.string().optional(),
  input_cost_per_token: z.number().min(0).optional(),
  output_cost_per_token: z.number().min(0).optional(),
  cache_read_input_token_cost: z.number().min(0).optional(),
  cache_creation_input_token_cost: z.number().min(0).optional(),
});
const PriceList = z.record(z.string(), z.unknown());

/** Platforms whose prices are in dollars, under their name in the list. */
const PROVIDERS: Readonly<Record<string, string>> = {
  openai: 'openai',
  claude: 'anthropic',
  gemini: 'gemini',
};

type Change = {
  platform: string;
  model: string;
  from: ListPrice | null;
  to: ListPrice;
};

type Comparison = {
  changes: Change[];
  /** Entries whose price the list confirms. */
  same: number;
  /** Entries the list cannot speak of: in another currency, or not in it. Named `platform model`. */
  left: string[];
};

/** The list's text as prices by `provider/model`. Throws when it is no such list. */
export function readPriceList(text: string): Map<string, ListPrice> {
  const prices = new Map<string, ListPrice>();
  for (const [name, entry] of Object.entries(PriceList.parse(JSON.parse(text)))) {
    const listed = Listed.safeParse(entry);
    const price = listed.success ? priceOf(listed.data) : null;
    if (!listed.success || !price) continue;
    const provider = listed.data.litellm_provider ?? '';
    prices.set(`${provider}/${name.replace(`${provider}/`, '')}`, price);
  }
  if (prices.size === 0) throw new Error('The list has no prices in the form that is expected.');
  return prices;
}

function priceOf(listed: z.infer<typeof Listed>): ListPrice | null {
  const input = perMillion(listed.input_cost_per_token);
  const output = perMillion(listed.output_cost_per_token);
  if (input === undefined || output === undefined) return null;
  const cached = perMillion(listed.cache_read_input_token_cost);
  const cacheWrite = perMillion(listed.cache_creation_input_token_cost);
  return {
    currency: 'USD',
    input,
    ...(cached !== undefined && { cached }),
    ...(cacheWrite !== undefined && { cacheWrite }),
    output,
  };
}

/** Dollars per million tokens, to the micro-dollar. */
function perMillion(perToken: number | undefined): number | undefined {
  return perToken === undefined ? undefined : Math.round(perToken * 1e12) / 1e6;
}

/** What a price list says otherwise than the catalogue. A price it leaves unsaid is no difference. */
export function compare(catalogue: CatalogueFile, list: Map<string, ListPrice>): Comparison {
  const result: Comparison = { changes: [], same: 0, left: [] };
  for (const { platform, model, price } of catalogue.models) {
    const listed = list.get(`${PROVIDERS[platform]}/${model}`);
    if (!listed || (price && price.currency !== 'USD')) {
      result.left.push(`${platform} ${model}`);
      continue;
    }
    const to: ListPrice = price ? { ...price, ...listed } : listed;
    if (price && JSON.stringify(sorted(price)) === JSON.stringify(sorted(to))) result.same += 1;
    else result.changes.push({ platform, model, from: price, to });
  }
  return result;
}

function sorted({ input, cached, cacheWrite, output }: ListPrice) {
  return [input, cached, cacheWrite, output];
}

/** The catalogue with the changes made and a new date; changed entries name `source`. */
function applied(
  catalogue: CatalogueFile,
  changes: readonly Change[],
  { date, source }: { date: string; source: string },
): CatalogueFile {
  const changed = (entry: CatalogueEntry): CatalogueEntry => {
    const change = changes.find((it) => it.platform === entry.platform && it.model === entry.model);
    return change ? { ...entry, price: change.to, source } : entry;
  };
  return CatalogueFile.parse({ ...catalogue, date, models: catalogue.models.map(changed) });
}

/** A change in one line, e.g. `openai gpt-6-sol: output 10 → 12`. */
export function describe({ platform, model, from, to }: Change): string {
  const parts = (['input', 'cached', 'cacheWrite', 'output'] as const)
    .filter((part) => from?.[part] !== to[part])
    .map((part) => `${part} ${from?.[part] ?? '–'} → ${to[part] ?? '–'}`);
  return `${platform} ${model}: ${parts.join(', ')}`;
}

/** Reads an http(s) address or a file. Throws with a reason a person understands. */
async function readFrom(place: string): Promise<string> {
  if (!/^https?:\/\//.test(place)) return readFile(place, 'utf8');
  const answer = await fetch(place, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.ok) throw new Error(`${place} answered ${answer.status}.`);
  const text = await answer.text();
  if (text.length > MOST_BYTES) throw new Error(`${place} answered with more than a price list.`);
  return text;
}

type Run = {
  place: string;
  write: boolean;
  source: string | null;
  /** The catalogue's file. */
  file: string;
  /** Today, e.g. 2026-11-22. */
  date: string;
  say(line: string): void;
};

/** Compares, tells, and writes if it is asked to. Throws when something cannot be read or written. */
export async function updateCatalogue({ place, write, source, file, date, say }: Run) {
  const from = source ?? (place.startsWith('https://') ? place : null);
  if (write && from === null) {
    throw new Error('Say with --source https://… where these prices are published.');
  }
  const catalogue = CatalogueFile.parse(JSON.parse(await readFile(file, 'utf8')));
  const { changes, same, left } = compare(catalogue, readPriceList(await readFrom(place)));
  for (const change of changes) say(describe(change));
  say(`${changes.length} differ, ${same} agree, ${left.length} are not in the list or in yuan.`);
  for (const name of left) say(`  to be checked by hand: ${name}`);
  if (!write || from === null) return;
  const next = applied(catalogue, changes, { date, source: from });
  await writeFile(file, `${JSON.stringify(next, null, 2)}\n`);
  say(`Written with the date ${date}. Compare it with the makers' pages before you commit it.`);
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { write: { type: 'boolean' }, source: { type: 'string' } },
  });
  const [place] = positionals;
  if (place === undefined) {
    console.log(USAGE);
    process.exitCode = 1;
  } else {
    try {
      await updateCatalogue({
        place,
        write: values.write === true,
        source: values.source ?? null,
        file: CATALOGUE,
        date: new Date().toISOString().slice(0, 10),
        say: (line) => console.log(line),
      });
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  }
}
