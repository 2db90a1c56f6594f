import type { IncomingMessage } from 'node:http';
import { AppError } from '#shared/errors.ts';

/**
 * Reads a request's body whole, at most `most` bytes.
 * @throws AppError body_too_large, unsupported_media_type for a compressed body (it could unfold to
 *   any size), client_closed when it breaks off.
 */
export async function readBody(req: IncomingMessage, most: number): Promise<Buffer> {
  const encoding = req.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new AppError('unsupported_media_type', 'Send the body without compression.');
  }
  const tooLarge = () =>
    new AppError('body_too_large', `The body is larger than ${most / 1024 / 1024} MB.`);
  if (Number(req.headers['content-length'] ?? 0) > most) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    req.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= most) chunks.push(chunk);
      // NOTE: the rest is read and dropped, so that the client gets to see the answer.
      else reject(tooLarge());
    });
    req.once('end', () => resolve(Buffer.concat(chunks, length)));
    req.once('error', (cause) =>
      reject(new AppError('client_closed', 'The request broke off.', { cause })),
    );
    req.once('aborted', () => reject(new AppError('client_closed', 'The request broke off.')));
  });
}
