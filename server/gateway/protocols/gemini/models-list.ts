import { AppError } from '#shared/errors.ts';

/** A model that clients may ask for; `createdAt` in epoch seconds. */
export type ListedModel = { name: string; createdAt: number };

const DEFAULT_SIZE = 50;
/** Google cuts greater wishes to this. */
const MOST = 1_000;

/** One model as Google describes it. Source: https://ai.google.dev/api/models#Model */
export function geminiModel({ name }: ListedModel) {
  return {
    name: `models/${name}`,
    version: '001',
    displayName: name,
    supportedGenerationMethods: ['generateContent', 'countTokens'],
  };
}

/**
 * A page of models by name, as `pageSize` and `pageToken` ask for.
 * Source: https://ai.google.dev/api/models#method:-models.list
 * @throws AppError bad_request for a size or token that is none.
 */
export function geminiModels(models: readonly ListedModel[], query: URLSearchParams) {
  const size = readSize(query.get('pageSize'));
  const after = readToken(query.get('pageToken'));
  const sorted = models.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const rest = after === null ? sorted : sorted.filter(({ name }) => name > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  return {
    models: page.map(geminiModel),
    ...(last && rest.length > size ? { nextPageToken: writeToken(last.name) } : {}),
  };
}

function readSize(text: string | null): number {
  if (text === null || text === '' || text === '0') return DEFAULT_SIZE;
  const size = Number(text);
  if (Number.isInteger(size) && size > 0) return Math.min(size, MOST);
  throw new AppError('bad_request', 'pageSize: a whole number from 1.', { param: 'pageSize' });
}

/** A page goes on behind a name, so that models which come and go in between move nothing. */
function writeToken(name: string): string {
  return Buffer.from(name).toString('base64url');
}

function readToken(token: string | null): string | null {
  if (token === null || token === '') return null;
  const name = Buffer.from(token, 'base64url').toString();
  if (writeToken(name) === token) return name;
  const message = 'pageToken: take it from the nextPageToken of the page before.';
  throw new AppError('bad_request', message, { param: 'pageToken' });
}
