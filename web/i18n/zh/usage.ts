import type { usage as english } from '../en/usage.ts';
import type { Translated } from '../types.ts';

export const usage: Translated<typeof english> = {
  title: '用量',
};
