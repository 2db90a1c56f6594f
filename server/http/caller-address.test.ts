import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, test } from 'vitest';
import { callerAddress } from './caller-address.ts';

const HEADERS: (string | string[] | undefined)[] = [
  undefined,
  '',
  ' ',
  '203.0.113.9',
  ' 203.0.113.9 , 10.0.0.1 ',
  '198.51.100.7, 203.0.113.9, 10.0.0.1',
  '10.0.0.3, 10.0.0.2, 10.0.0.1',
  ',,',
  'unknown, 10.0.0.1',
  '203.0.113.9,',
  ['198.51.100.7', '203.0.113.9, 10.0.0.1'],
  '::ffff:10.0.0.1, 2001:db8::1',
];

test.each([{ trusted: [] }, { trusted: ['loopback'] }, { trusted: ['loopback', '10.0.0.0/8'] }])(
  'is what Express says with $trusted trusted, whatever proxies write',
  async ({ trusted }) => {
    const app = express();
    app.set('trust proxy', trusted);
    const pairs: unknown[][] = [];
    app.use((req, res) => {
      pairs.push([callerAddress(req, app.get('trust proxy fn')), req.ip]);
      res.end();
    });
    const server = app.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    for (const header of HEADERS) {
      const headers = header === undefined ? {} : { 'x-forwarded-for': header };
      await new Promise<IncomingMessage>((resolve, reject) => {
        request({ port, host: '127.0.0.1', headers }, resolve).once('error', reject).end();
      }).then((res) => res.resume());
    }
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(pairs).toHaveLength(HEADERS.length);
    for (const [ours, theirs] of pairs) expect(ours).toBe(theirs);
  },
);
