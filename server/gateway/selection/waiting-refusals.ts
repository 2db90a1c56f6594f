import { AppError } from '#shared/errors.ts';

export function tooLong(model: string, ms: number, ahead: number): AppError {
  const others = ahead === 0 ? 'first in line' : `with ${ahead} in line before it`;
  return refusal(model, `This request waited ${seconds(ms)}, ${others}. Try again later.`, ms);
}

export function tooMany(model: string, ms: number, waiting: number): AppError {
  return waitingAlready(model, ms, `${waiting} requests wait already`);
}

export function tooManyOfOne(model: string, ms: number, own: number): AppError {
  const yours = own === 1 ? '1 request of yours waits' : `${own} requests of yours wait`;
  return waitingAlready(model, ms, `${yours} already, as many as one person may have in line`);
}

export function tooLarge(model: string, ms: number): AppError {
  return waitingAlready(model, ms, 'the requests that wait fill the memory kept for them');
}

export function noneWaits(model: string): AppError {
  return refusal(model, 'This server lets no request wait. Try again in a moment.', 1_000);
}

function waitingAlready(model: string, ms: number, what: string): AppError {
  return new AppError(
    'rate_limited',
    `Every account for "${model}" has all it can do, and ${what}, each for at most ${seconds(ms)}. Try again later.`,
    { retryAfterMs: ms },
  );
}

function refusal(model: string, what: string, retryAfterMs: number): AppError {
  return new AppError('rate_limited', `Every account for "${model}" has all it can do. ${what}`, {
    retryAfterMs,
  });
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
