import type { dashboard as english } from '../en/dashboard.ts';
import type { Translated } from '../types.ts';

export const dashboard: Translated<typeof english> = {
  title: '仪表盘',
};
