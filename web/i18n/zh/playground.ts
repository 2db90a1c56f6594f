import type { playground as english } from '../en/playground.ts';
import type { Translated } from '../types.ts';

export const playground: Translated<typeof english> = {
  title: '对话测试',
};
