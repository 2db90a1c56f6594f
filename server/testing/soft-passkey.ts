import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { NewPasskey, PasskeyAnswer } from '#shared/schemas/factors.ts';

export type AnswerWish = {
  challenge: string;
  origin: string;
  rpId?: string;
  counter?: number;
  /** False = the person was not asked to unlock it. */
  verified?: boolean;
  userHandle?: string | null;
};

const PRESENT = 0x01;
const VERIFIED = 0x04;
const HAS_CREDENTIAL = 0x40;

const b64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest();

/** An authenticator in memory with one ES256 key pair. Source: https://www.w3.org/TR/webauthn-3/ */
export function softPasskey() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(16);

  /** Source: WebAuthn level 3, section 6.1. */
  function head({ origin, rpId, counter = 0, verified = true }: AnswerWish, more: number): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const flags = PRESENT | (verified ? VERIFIED : 0) | more;
    return Buffer.concat([sha256(rpId ?? new URL(origin).hostname), Buffer.from([flags]), count]);
  }

  function clientData(type: string, { challenge, origin }: AnswerWish): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  return {
    id: b64(id),

    /** What a browser says of the new passkey. */
    made(wish: AnswerWish): NewPasskey {
      const data = Buffer.concat([
        head(wish, HAS_CREDENTIAL),
        Buffer.alloc(16),
        Buffer.from([0, id.length]),
        id,
        coseKey(publicKey.export({ format: 'jwk' })),
      ]);
      const attestation = Buffer.concat([
        // {"fmt": "none", "attStmt": {}, "authData": …}
        Buffer.from([0xa3, 0x63]),
        Buffer.from('fmt'),
        Buffer.from([0x64]),
        Buffer.from('none'),
        Buffer.from([0x67]),
        Buffer.from('attStmt'),
        Buffer.from([0xa0, 0x68]),
        Buffer.from('authData'),
        cborBytes(data),
      ]);
      return {
        id: b64(id),
        rawId: b64(id),
        type: 'public-key',
        response: {
          clientDataJSON: b64(clientData('webauthn.create', wish)),
          attestationObject: b64(attestation),
          transports: ['internal'],
        },
      };
    },

    /** What a browser says of its answer. */
    answer(wish: AnswerWish): PasskeyAnswer {
      const data = head(wish, 0);
      const client = clientData('webauthn.get', wish);
      const signature = sign('sha256', Buffer.concat([data, sha256(client)]), privateKey);
      return {
        id: b64(id),
        rawId: b64(id),
        type: 'public-key',
        response: {
          clientDataJSON: b64(client),
          authenticatorData: b64(data),
          signature: b64(signature),
          ...(wish.userHandle === undefined ? {} : { userHandle: wish.userHandle }),
        },
      };
    },
  };
}
export type SoftPasskey = ReturnType<typeof softPasskey>;

/** An EC2 key for ES256: {1: 2, 3: -7, -1: 1, -2: x, -3: y}. Source: RFC 9053, section 7.1.1. */
function coseKey({ x = '', y = '' }: { x?: string | undefined; y?: string | undefined }): Buffer {
  return Buffer.concat([
    Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
    cborBytes(Buffer.from(x, 'base64url')),
    Buffer.from([0x22]),
    cborBytes(Buffer.from(y, 'base64url')),
  ]);
}

/** A CBOR byte string of at most 255 bytes. */
function cborBytes(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x58, bytes.length]), bytes]);
}
