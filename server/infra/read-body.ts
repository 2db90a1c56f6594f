import type { IncomingMessage } from 'node:http';
import { AppError, toAppError } from '#shared/errors.ts';

/**
 * Reads a request's body whole, at most `most` bytes.
 * @throws AppError body_too_large, unsupported_media_type for a compressed body (it could unfold to
 *   any size), client_closed when it breaks off, else what the signal was aborted with.
 */
export async function readBody(
  req: IncomingMessage,
  most: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const encoding = req.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw new AppError('unsupported_media_type', 'Send the body without compression.');
  }
  const tooLarge = () =>
    new AppError('body_too_large', `The body is larger than ${most / 1024 / 1024} MB.`);
  if (Number(req.headers['content-length'] ?? 0) > most) throw tooLarge();
  return new Promise((resolve, reject) => {
    // NOTE: the client may have left before anyone listened to the request.
    const leave = () => reject(toAppError(signal.reason));
    if (signal.aborted) return leave();
    signal.addEventListener('abort', leave);
    const chunks: Buffer[] = [];
    let length = 0;
    req.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= most) chunks.push(chunk);
      // NOTE: the rest is read and dropped, so that the client gets to see the answer.
      else reject(tooLarge());
    });
    req.once('end', () => {
      signal.removeEventListener('abort', leave);
      const [only] = chunks;
      // NOTE: one chunk is the common case, and needs no copy.
      resolve(only && chunks.length === 1 ? only : Buffer.concat(chunks, length));
    });
    req.once('error', (cause) =>
      reject(new AppError('client_closed', 'The request broke off.', { cause })),
    );
  });
}
