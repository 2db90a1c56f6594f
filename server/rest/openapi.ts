import { z } from 'zod';
import { createDocument, type ZodOpenApiObject, type ZodOpenApiOperationObject } from 'zod-openapi';
import type { Route } from './route-spec.ts';

const WORDS: Readonly<Record<number, string>> = {
  200: 'What was asked for',
  201: 'It was made',
  503: 'Something that is needed is not well',
};
const SECURITY: Readonly<Record<Route['auth'], ZodOpenApiOperationObject['security']>> = {
  none: [],
  token: [{ token: [] }],
  key: [{ key: [] }],
  either: [{ token: [] }, { key: [] }],
};

/** The description of every route (OpenAPI 3.1), read off what they are made from. */
export function describeRoutes(
  routes: readonly Route[],
  info: { version: string; url: string | null },
): ReturnType<typeof createDocument> {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of routes) {
    const path = templateOf(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Gatehouse',
      version: info.version,
      description:
        'What programs of the systems before this one call. Models are called by /v1 and /v1beta.',
    },
    ...(info.url !== null && { servers: [{ url: info.url }] }),
    paths: paths as NonNullable<ZodOpenApiObject['paths']>,
    components: {
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'From /api/auth/login',
        },
        key: { type: 'http', scheme: 'bearer', description: 'An API key of the console' },
        secret: {
          type: 'apiKey',
          in: 'header',
          name: 'X-API-Secret',
          description: 'An API secret of the console',
        },
      },
    },
  });
}

/** As OpenAPI writes a path: `/api/things/{id}`. */
function templateOf(path: string): string {
  return path.replace(/(?<!\\):(\w+)/g, '{$1}').replaceAll('\\:', ':');
}

function operationOf(route: Route): ZodOpenApiOperationObject {
  const { answers, auth, body, errors, method, params, path, permission, query, summary, tag } =
    route;
  const parameters = { ...shapeOf('path', params), ...shapeOf('query', query) };
  const takesInput = body !== undefined || params !== undefined || query !== undefined;
  const failures = [
    ...(auth === 'none' ? [] : ([[401, 'Nobody, or the credential is over']] as const)),
    ...(auth === 'none' ? [] : ([[403, 'Not allowed']] as const)),
    ...(takesInput ? ([[errors.invalid, 'The input is not what it should be']] as const) : []),
  ];
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^a-zA-Z0-9]+/g, '_')}`,
    summary,
    tags: [tag],
    security: route.credential === 'secret' ? [{ secret: [] }] : (SECURITY[auth] ?? []),
    ...(permission !== undefined && { description: `The role has to allow \`${permission}\`.` }),
    ...(Object.keys(parameters).length > 0 && { requestParams: parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: { 'application/json': { schema: body } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, schema]) => [
          status,
          {
            description: WORDS[Number(status)] ?? 'Answered',
            content: { 'application/json': { schema } },
          },
        ]),
      ),
      ...Object.fromEntries(
        failures.map(([status, description]) => [
          String(status),
          { description, content: { 'application/json': { schema: errors.schema } } },
        ]),
      ),
    },
  };
}

function shapeOf(place: 'path' | 'query', schema: z.ZodType | undefined) {
  return schema instanceof z.ZodObject ? { [place]: schema } : {};
}
