import { createCipheriv, createHmac, randomBytes } from 'node:crypto';

/** Seals as an older database did. Source: https://github.com/fernet/spec/blob/master/Spec.md */
export function fernetSeal(key: Buffer, text: string | Buffer): string {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv);
  const head = Buffer.from([0x80, 0, 0, 0, 0, 0x1d, 0xc0, 0x9e, 0xb0]);
  const signed = Buffer.concat([head, iv, cipher.update(text), cipher.final()]);
  const mac = createHmac('sha256', key.subarray(0, 16)).update(signed).digest();
  return Buffer.concat([signed, mac]).toString('base64url');
}
