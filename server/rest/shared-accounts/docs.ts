import { hash } from 'node:crypto';
import type { Response } from 'express';
import { z } from 'zod';
import { sharedAccountsErrors } from '../dialects.ts';
import { describeRoutes } from '../openapi.ts';
import type { Rest } from '../rest.ts';
import { SENT } from '../route-spec.ts';
import { docsPage, STYLE } from './docs-page.ts';

export type DocsDeps = { version: string; url: string | null };

/** Only our own style, by its hash; nothing runs and nothing is fetched. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', STYLE, 'base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** /api/openapi.json, and a page of it at /api/docs and /api/redoc: contract 000, section 3.6. */
export function addDocs(rest: Rest, info: DocsDeps): void {
  // NOTE: all routes are there once the first request comes, and none is added later.
  let made: { document: object; page: string } | null = null;
  function make() {
    const document = describeRoutes(rest.routes, info);
    made ??= { document, page: docsPage(document) };
    return made;
  }
  const common = {
    method: 'GET',
    tag: 'Description',
    auth: 'none',
    errors: sharedAccountsErrors,
  } as const;
  rest.route(
    {
      ...common,
      path: '/api/openapi.json',
      summary: 'This description, as OpenAPI 3.1',
      answers: { 200: z.looseObject({ openapi: z.string() }) },
    },
    ({ res }) => {
      res.json((made ?? make()).document);
      return SENT;
    },
  );
  const page = ({ res }: { res: Response }): typeof SENT => {
    res.setHeader('content-security-policy', POLICY);
    res.type('html').send((made ?? make()).page);
    return SENT;
  };
  for (const path of ['/api/docs', '/api/redoc']) {
    rest.route({ ...common, path, summary: 'This description, as a page', answers: {} }, page);
  }
}
