import { createHmac } from 'node:crypto';
import type { Way } from './way.ts';

/**
 * Our own signed webhook (docs/operations.md): `x-gatehouse-signature` is `v1=` and the HMAC-SHA256
 * (hex) of `<x-gatehouse-timestamp>.<body>` under the channel's secret.
 */
export const webhook: Way = {
  post({ id, message, now, target }) {
    const { data, lines, link, title } = message;
    const body = JSON.stringify({
      ...{ id, at: new Date(now).toISOString(), ...data },
      text: { title, lines, link: link?.url ?? null },
    });
    const timestamp = String(Math.floor(now / 1_000));
    const signature = createHmac('sha256', target.secret).update(`${timestamp}.${body}`);
    return {
      url: target.url,
      headers: {
        'x-gatehouse-id': id,
        'x-gatehouse-timestamp': timestamp,
        'x-gatehouse-signature': `v1=${signature.digest('hex')}`,
      },
      body,
    };
  },
  read: () => null,
};
