import type { pluginApi as en } from '../en/plugin-api.ts';
import type { Translated } from '../types.ts';

export const pluginApi: Translated<typeof en> = {
  failed: {
    title_other: '有 {{count}} 个插件 API 账号未能开通',
    text: '系统会自动重试，间隔逐次延长；不影响任何人登录。',
    person: '人员',
    reason: '失败原因',
    next: '下次重试',
    retry: '重试',
    retryNamed: '为 {{name}} 重试',
    retryAll: '全部重试',
    retried_other: '正在为 {{count}} 人重试。',
  },
  mine: {
    title: '插件 API',
    text: 'Gatehouse 为你在那里保管一个账号，仅供你使用；可在“账号”页查看，也可将其停用。',
    next: '下次重试：{{time}}',
    states: {
      pending: '正在开通',
      ready: '已就绪',
      failed: '尚未开通',
      removed: '已移除；请管理员重新开通',
    },
  },
};
