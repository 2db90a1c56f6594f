import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** What a TLS server shows: PEM. */
export type Shown = { cert: string; key: string };

type Pair = { publicKey: KeyObject; privateKey: KeyObject };

const DAY_MS = 86_400_000;

/**
 * An authority of the test's own that signs certificates (X.509, RFC 5280; ECDSA on P-256). Nothing is
 * read from or written to disk. `ca` is its own certificate, to be trusted or not.
 */
export function testAuthority(name = 'Authority of a test') {
  const pair = ecKeys();
  const signed = (subject: string, holder: Pair, extensions: Buffer[]) =>
    pem(certificate({ issuer: name, subject, holder, signer: pair, extensions }));
  return {
    ca: signed(name, pair, [extension('551d13', derOf(0x30, derOf(0x01, Buffer.from([0xff]))))]),
    /** For these host names and IPv4 addresses; `days` under 0 has ended. */
    issue(names: readonly string[], days = 1): Shown {
      const holder = ecKeys();
      const others = names.map((one) =>
        isIPv4(one)
          ? derOf(0x87, Buffer.from(one.split('.').map(Number)))
          : derOf(0x82, Buffer.from(one)),
      );
      const extensions = [extension('551d11', derOf(0x30, ...others))];
      const cert = pem(
        certificate({
          ...{ issuer: name, subject: names[0] ?? '', holder, signer: pair, extensions, days },
        }),
      );
      return { cert, key: String(holder.privateKey.export({ type: 'pkcs8', format: 'pem' })) };
    },
  };
}

const ecKeys = (): Pair => generateKeyPairSync('ec', { namedCurve: 'P-256' });

type Facts = {
  issuer: string;
  subject: string;
  holder: Pair;
  signer: Pair;
  extensions: Buffer[];
  days?: number;
};

function certificate({ days = 1, extensions, holder, issuer, signer, subject }: Facts): Buffer {
  const now = Date.now();
  const algorithm = derOf(0x30, Buffer.from('06082a8648ce3d040302', 'hex'));
  const body = derOf(
    0x30,
    derOf(0xa0, derOf(0x02, Buffer.from([2]))),
    derOf(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    nameOf(issuer),
    derOf(0x30, time(now - 2 * DAY_MS), time(now + days * DAY_MS)),
    nameOf(subject),
    holder.publicKey.export({ type: 'spki', format: 'der' }),
    derOf(0xa3, derOf(0x30, ...extensions)),
  );
  const signature = sign('sha256', body, signer.privateKey);
  return derOf(0x30, body, algorithm, derOf(0x03, Buffer.from([0]), signature));
}

/** A tag, the length, and what is in it (X.690, section 8.1). */
function derOf(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes = Buffer.from(length.toString(16).padStart(length > 255 ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length]), bytes, content]);
}

/** A name that has a common name only. */
function nameOf(common: string): Buffer {
  const value = derOf(0x0c, Buffer.from(common));
  return derOf(0x30, derOf(0x31, derOf(0x30, Buffer.from('0603550403', 'hex'), value)));
}

function extension(oid: string, value: Buffer): Buffer {
  return derOf(0x30, derOf(0x06, Buffer.from(oid, 'hex')), derOf(0x04, value));
}

/** UTCTime: YYMMDDhhmmssZ. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14);
  return derOf(0x17, Buffer.from(`${digits}Z`));
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
