import { z } from 'zod';
import {
  type PluginContract,
  type Requester,
  requireAdmin,
  requirePerson,
} from '../../features/plugin-contract/index.ts';
import { pluginApiErrors } from '../dialects.ts';
import type { Rest } from '../rest.ts';
import type { Caller, Identify } from '../route-spec.ts';

/** What the routes of the Plug-in API need. */
export type PluginRoutesDeps = {
  rest: Rest;
  contract: PluginContract;
  identify: Identify;
};

/** What every route that asks for a key says: that of a person, or the admin key. */
export function byKey(identify: Identify) {
  return { auth: 'key' as const, identify, errors: pluginApiErrors, tag: 'Plug-in API' };
}

/** For the admin key only; others are refused before anything is read. */
export function byAdmin(identify: Identify) {
  return byKey(checking(identify, requireAdmin));
}

/** For people only, who have what is asked about. */
export function byPerson(identify: Identify) {
  return byKey(checking(identify, requirePerson));
}

function checking(identify: Identify, check: (caller: Pick<Caller, 'me'>) => void): Identify {
  return async (req, auth) => {
    const caller = await identify(req, auth);
    check(caller);
    return caller;
  };
}

/** What every route that asks for nobody says. */
export const forAll = { auth: 'none' as const, errors: pluginApiErrors, tag: 'Plug-in API' };

/** The envelope of what went well, around `data`. */
export function done<Data extends z.ZodType>(data: Data) {
  return z.object({ success: z.literal(true), message: z.string().optional(), data });
}

/** The same where there is nothing to tell. */
export const Done = z.object({ success: z.literal(true), message: z.string() });

export function ok<Data>(data: Data, message?: string) {
  return { success: true as const, ...(message !== undefined && { message }), data };
}

export function okay(message: string) {
  return { success: true as const, message };
}

/** 0 and 1, as they stand for no and yes. */
export const Flag = z.union([z.literal(0), z.literal(1)], { error: 'must be 0 or 1' });

export const CookieId = z.object({ cookie_id: z.string().max(100) });
export const StatusBody = z.object({ status: Flag });

const Given = z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })], {
  error: 'must be an ISO date or time, such as 2026-01-31 or 2026-01-31T12:00:00Z',
});
export const SpanQuery = z.object({ start_date: Given.optional(), end_date: Given.optional() });

const DAY_MS = 86_400_000;

/** The times of a query, epoch ms; UTC where none is said. A day at the end is meant whole. */
export function spanOf({ start_date: start, end_date: end }: z.output<typeof SpanQuery>) {
  return {
    from: start === undefined ? null : momentOf(start),
    to: end === undefined ? null : momentOf(end) + (isDay(end) ? DAY_MS - 1 : 0),
  };
}

function isDay(text: string): boolean {
  return !text.includes('T');
}

function momentOf(text: string): number {
  const zoned = isDay(text) || /(?:Z|[+-]\d\d:?\d\d)$/i.test(text);
  return Date.parse(zoned ? text : `${text}Z`);
}

/** Who asks, for the services. */
export function whoOf(asked: {
  caller: Pick<Caller, 'me'>;
  address: string;
  requestId: string;
}): Requester {
  return { me: asked.caller.me, address: asked.address, requestId: asked.requestId };
}
