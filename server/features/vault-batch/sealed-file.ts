import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '#shared/errors.ts';

/**
 * A text sealed with a passphrase, as JSON that says itself how it is opened:
 * `{format, version, kdf: {name, N, r, p, salt}, cipher: {name, nonce}, data}`, bytes in base64. The
 * key is scrypt (RFC 7914) of the passphrase in NFKC; `data` is AES-256-GCM with its 16 bytes of tag
 * at the end and the JSON text `["gatehouse-vault",1,N,r,p,salt]` as additional data.
 */
const File = z.object({
  format: z.literal('gatehouse-vault'),
  version: z.literal(1),
  kdf: z.object({
    name: z.literal('scrypt'),
    // Bounded: whoever opens a stranger's file should not run out of memory.
    N: z
      .int()
      .min(2 ** 14)
      .max(2 ** 20)
      .refine((cost) => (cost & (cost - 1)) === 0, 'a power of two'),
    r: z.int().min(1).max(16),
    p: z.int().min(1).max(16),
    salt: z.base64(),
  }),
  cipher: z.object({ name: z.literal('aes-256-gcm'), nonce: z.base64() }),
  data: z.base64(),
});

type Kdf = z.infer<typeof File>['kdf'];

/** OWASP's first choice for scrypt: 128 MiB, about half a second. */
const COST = { N: 2 ** 17, r: 8, p: 1 };
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';

/** Seals a text; the file's text comes back. */
export async function sealFile(text: string, passphrase: string): Promise<string> {
  const kdf: Kdf = { name: 'scrypt', ...COST, salt: randomBytes(16).toString('base64') };
  const nonce = randomBytes(12);
  const key = await keyOf(passphrase, kdf);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(headOf(kdf));
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  const file: z.infer<typeof File> = {
    format: 'gatehouse-vault',
    version: 1,
    kdf,
    cipher: { name: ALGORITHM, nonce: nonce.toString('base64') },
    data: data.toString('base64'),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/**
 * Opens what `sealFile` made.
 * @throws AppError bad_request when it is no such file, was altered, or the passphrase is another.
 */
export async function openFile(fileText: string, passphrase: string): Promise<string> {
  const file = File.safeParse(fromJson(fileText));
  if (!file.success) {
    throw new AppError('bad_request', 'This is not a sealed export of the vault.');
  }
  const { cipher, data, kdf } = file.data;
  const key = await keyOf(passphrase, kdf);
  const body = Buffer.from(data, 'base64');
  const end = body.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv(ALGORITHM, key, Buffer.from(cipher.nonce, 'base64'), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(headOf(kdf))
      .setAuthTag(body.subarray(end));
    const start = decipher.update(body.subarray(0, end));
    return Buffer.concat([start, decipher.final()]).toString('utf8');
  } catch {
    throw new AppError('bad_request', 'The passphrase is another one, or the file was altered.');
  }
}

function headOf({ N, p, r, salt }: Kdf): Buffer {
  return Buffer.from(JSON.stringify(['gatehouse-vault', 1, N, r, p, salt]));
}

function keyOf(passphrase: string, { N, p, r, salt }: Kdf): Promise<Buffer> {
  const maxmem = 128 * N * r * 2 + 128 * r * p * 2;
  const settings = { N, r, p, maxmem };
  const bytes = Buffer.from(salt, 'base64');
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), bytes, 32, settings, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
