import { AppError } from '#shared/errors.ts';
import { type ChannelKind, ChannelTarget } from '#shared/schemas/alerts.ts';
import type { Cipher, Place } from '../../infra/cipher.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import { refuseOpenHttp } from '../sso/index.ts';
import type { ChannelRow } from './channels.repo.ts';

export type TargetsDeps = {
  cipher: Pick<Cipher, 'seal' | 'open'>;
  outbound: Pick<Outbound, 'assertAllowed'>;
};

export type Targets = ReturnType<typeof createTargets>;

const SHORTEST_SECRET = 16;
const BOT_TOKEN = /^\d{1,20}:[\w-]{20,100}$/;

/** Where channels lead, sealed: most of these addresses are secrets themselves. */
export function createTargets({ cipher, outbound }: TargetsDeps) {
  function checkUrl(url: string): void {
    const param = 'target.url';
    if (!URL.canParse(url)) {
      throw new AppError('bad_request', 'Give the whole address, with https://.', { param });
    }
    try {
      refuseOpenHttp('url', url);
      outbound.assertAllowed(url);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new AppError(error.code, error.message, { param, cause: error });
    }
  }

  return {
    seal: (id: string, target: ChannelTarget): string =>
      cipher.seal(JSON.stringify(target), placeOf(id)),

    /** Throws AppError internal when it cannot be opened. */
    open: ({ id, settings }: Pick<ChannelRow, 'id' | 'settings'>): ChannelTarget =>
      ChannelTarget.parse(JSON.parse(cipher.open(settings, placeOf(id)))),

    /** @throws AppError bad_request for what the kind needs and lacks; outbound_refused. */
    check(kind: ChannelKind, target: ChannelTarget): void {
      if (kind === 'mail') {
        if (target.to.length > 0) return;
        throw new AppError('bad_request', 'Give at least one address.', { param: 'target.to' });
      }
      checkUrl(target.url);
      if (kind === 'webhook' && target.secret.length < SHORTEST_SECRET) {
        throw new AppError('bad_request', `At least ${SHORTEST_SECRET} characters to sign with.`, {
          param: 'target.secret',
        });
      }
      if (kind !== 'telegram') return;
      if (!BOT_TOKEN.test(target.secret)) {
        throw new AppError('bad_request', 'A token of a bot looks like 123456:ABC….', {
          param: 'target.secret',
        });
      }
      if (target.chatId !== '') return;
      throw new AppError('bad_request', 'Say which chat, by its id or @name.', {
        param: 'target.chatId',
      });
    },
  };
}

const placeOf = (id: string): Place => ({ table: 'alert_channels', column: 'settings', id });

/** The address without what may be secret in it. */
export function shownTarget(kind: ChannelKind, { to, url }: ChannelTarget): string {
  if (kind === 'mail') return to.join(', ');
  const parsed = URL.parse(url);
  if (!parsed) return '';
  const hasMore = parsed.pathname.length > 1 || parsed.search !== '';
  return hasMore ? `${parsed.origin}/…` : parsed.origin;
}
