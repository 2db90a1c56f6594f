import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { AppError, toAppError } from '#shared/errors.ts';
import { permissionsOf } from '#shared/permissions.ts';
import { newId } from '../infra/ids.ts';
import type { Db } from '../infra/prisma/client.ts';
import { createRest, type Rest } from '../rest/rest.ts';
import type { Caller } from '../rest/route-spec.ts';

export type RestAnswer = { status: number; headers: Headers; body: unknown; text: string };

/**
 * Routes of a contract over HTTP, before any token: `Bearer NAME` is the user of that name. What could
 * not be answered is in `faults`.
 */
export async function startRest(
  { db, clock }: { db: Db; clock: { now(): number } },
  add: (rest: Rest) => void,
) {
  const faults: unknown[] = [];
  const rest = createRest({
    async identify(req): Promise<Caller> {
      const username = (req.headers.authorization ?? '').slice('Bearer '.length);
      const row = await db.user.findUnique({ where: { username }, include: { roleRow: true } });
      if (!row) throw new AppError('key_invalid', 'This token is not valid. Sign in again.');
      const { displayName, id, role } = row;
      const me = { id, username, displayName, role, permissions: permissionsOf(row.roleRow) };
      const now = clock.now();
      const token = { jti: newId(), familyId: newId(), expiresAt: now + 1_000, provedAt: now };
      return { me, number: row.number, silenced: row.state === 'silenced', token, principal: null };
    },
    clock,
    log: { error: (...told: unknown[]) => void faults.push(told) },
    newId,
    explain: toAppError,
    corsOrigins: [],
  });
  add(rest);
  const app = express();
  app.use(rest.router());
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  /** `as` null = without a credential. */
  async function ask(
    as: string | null,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<RestAnswer> {
    const res = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(as !== null && { authorization: `Bearer ${as}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await res.text();
    return { status: res.status, headers: res.headers, body: JSON.parse(text) as unknown, text };
  }

  return {
    ask,
    faults,
    rest,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
export type TestRest = Awaited<ReturnType<typeof startRest>>;
