import type { AlertFacts, AlertKind, AlertLanguage } from './schemas/alerts.ts';

/** An alert as far as its words depend on it. */
export type TellableAlert = {
  kind: string;
  subjectKind: string;
  subjectId: string;
  facts: AlertFacts;
};

/** What is wrong, what it is about, and what to do next. */
export type AlertWords = { title: string; text: string; next: string };

const LONGEST_NAME = 120;

/** One line, whatever somebody called it. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_NAME);
}

type Said = {
  name: string;
  /** A fact as text; empty when it is not there. */
  of(fact: string): string;
  /** `before` and the fact, or nothing. */
  if(before: string, fact: string): string;
};
type Words = (said: Said) => AlertWords;

const ENGLISH: Readonly<Record<AlertKind, Words>> = {
  'account.expired': (s) => ({
    title: `Account expired: ${s.name}`,
    text: `${s.of('platform') || 'The platform'} no longer takes the credential of ${s.name}, so it serves nobody.${s.if(' Reason: ', 'reason')}`,
    next: 'Open the account and give it a new key, or sign in again.',
  }),
  'refresh.failing': (s) => ({
    title: `Refresh keeps failing: ${s.name}`,
    text: `The token of ${s.name} could not be refreshed${s.if(', tries in a row: ', 'failures')}.${s.if(' Reason: ', 'reason')}`,
    next: 'Look at its history. It is tried again by itself; check the proxy and the client if it goes on.',
  }),
  'quota.90': (s) => ({
    title: `Limit nearly used up: ${s.name}`,
    text: `${s.of('percent')} % of ${METRICS.en[s.of('metric')] ?? s.of('metric')} are used: ${s.of('used')} of ${s.of('limit')}.${s.if(' It starts anew at ', 'resetsAt')}`,
    next: 'Raise the limit, or tell those who use it.',
  }),
  'error-rate': (s) => ({
    title: `Many requests fail: ${s.name}`,
    text: `${s.of('failed')} of ${s.of('requests')} requests failed in the last 5 minutes (${s.of('percent')} %).`,
    next: 'Open the usage page to see why, and the accounts behind it.',
  }),
  'disk.low': (s) => ({
    title: `Disk nearly full on ${s.name}`,
    text: `${s.of('freeMb')} MB are left in the data folder; ${s.of('leastMb')} MB should be.`,
    next: 'Free space or enlarge the disk. Without space, requests are refused.',
  }),
  'clock.skew': (s) => ({
    title: `Clocks are apart: ${s.name}`,
    text: `The clock of ${s.name} and that of ${s.of('against')} differ by ${s.of('seconds')} s.`,
    next: 'Set the clocks by NTP. Limits, tokens and expiries depend on them.',
  }),
  'proxy.down': (s) => ({
    title: `Proxy down: ${s.name}`,
    text: `The proxy ${s.name} does not answer. Accounts behind it are not asked another way.${s.if(' Reason: ', 'reason')}`,
    next: 'Check the proxy, or give its accounts another one.',
  }),
  'usage.behind': (s) => ({
    title: `Usage is not written: ${s.name}`,
    text: `${s.of('records')} records have waited for the database for ${s.of('seconds')} s. They are safe in the journal.`,
    next: 'Check PostgreSQL: connections, disk, log.',
  }),
  'mail.failing': (s) => ({
    title: `Mails are not sent: ${s.name}`,
    text: `The last ${s.of('failures')} mails were not taken.${s.if(' Reason: ', 'reason')}`,
    next: 'Look at the mail card of the registration page, and check SMTP_URL.',
  }),
  'provisioning.failed': (s) => ({
    title: `No Plug-in API account for ${s.name}`,
    text: `${s.name} could not be given one${s.if(', tries so far: ', 'tries')}.${s.if(' Reason: ', 'reason')}`,
    next: 'See the list of people at the Plug-in API on the platforms page and try again there.',
  }),
};

const CHINESE: Readonly<Record<AlertKind, Words>> = {
  'account.expired': (s) => ({
    title: `账号已失效：${s.name}`,
    text: `${s.of('platform') || '平台'}不再接受 ${s.name} 的凭据，该账号已停止服务。${s.if('原因：', 'reason')}`,
    next: '请打开该账号，更换密钥或重新登录。',
  }),
  'refresh.failing': (s) => ({
    title: `令牌刷新持续失败：${s.name}`,
    text: `${s.name} 的令牌无法刷新${s.if('，已连续失败次数：', 'failures')}。${s.if('原因：', 'reason')}`,
    next: '请查看其刷新历史。系统会自动重试；若持续失败，请检查代理和客户端设置。',
  }),
  'quota.90': (s) => ({
    title: `限额即将用尽：${s.name}`,
    text: `${METRICS.zh[s.of('metric')] ?? s.of('metric')}已用 ${s.of('percent')}%：${s.of('used')} / ${s.of('limit')}。${s.if('重新计算时间：', 'resetsAt')}`,
    next: '请提高限额，或通知使用者。',
  }),
  'error-rate': (s) => ({
    title: `请求大量失败：${s.name}`,
    text: `最近 5 分钟内 ${s.of('requests')} 次请求中有 ${s.of('failed')} 次失败（${s.of('percent')}%）。`,
    next: '请在用量页查看原因，并检查相关账号。',
  }),
  'disk.low': (s) => ({
    title: `磁盘空间不足：${s.name}`,
    text: `数据目录仅剩 ${s.of('freeMb')} MB，应至少保留 ${s.of('leastMb')} MB。`,
    next: '请清理或扩容磁盘。空间耗尽后请求会被拒绝。',
  }),
  'clock.skew': (s) => ({
    title: `时钟不一致：${s.name}`,
    text: `${s.name} 与 ${s.of('against')} 的时钟相差 ${s.of('seconds')} 秒。`,
    next: '请通过 NTP 校准时钟。限额、令牌和有效期都依赖时钟。',
  }),
  'proxy.down': (s) => ({
    title: `代理不可用：${s.name}`,
    text: `代理 ${s.name} 无响应，其后的账号不会绕过代理访问。${s.if('原因：', 'reason')}`,
    next: '请检查该代理，或为相关账号更换代理。',
  }),
  'usage.behind': (s) => ({
    title: `用量记录未写入：${s.name}`,
    text: `有 ${s.of('records')} 条记录等待写入数据库已 ${s.of('seconds')} 秒，记录安全保存在日志文件中。`,
    next: '请检查 PostgreSQL 的连接、磁盘和日志。',
  }),
  'mail.failing': (s) => ({
    title: `邮件发送失败：${s.name}`,
    text: `最近 ${s.of('failures')} 封邮件均未被接收。${s.if('原因：', 'reason')}`,
    next: '请查看注册页的邮件卡片，并检查 SMTP_URL。',
  }),
  'provisioning.failed': (s) => ({
    title: `${s.name} 没有 Plug-in API 账号`,
    text: `无法为 ${s.name} 创建账号${s.if('，已尝试次数：', 'tries')}。${s.if('原因：', 'reason')}`,
    next: '请在平台页的 Plug-in API 人员列表中查看并重试。',
  }),
};

const METRICS: Readonly<Record<AlertLanguage, Readonly<Record<string, string>>>> = {
  en: {
    'tokens-per-day': 'the tokens a day',
    'tokens-per-month': 'the tokens a month',
    'cost-per-day': 'the cost a day',
    'cost-per-month': 'the cost a month',
  },
  zh: {
    'tokens-per-day': '每日令牌数',
    'tokens-per-month': '每月令牌数',
    'cost-per-day': '每日费用',
    'cost-per-month': '每月费用',
  },
};

const BY_LANGUAGE = { en: ENGLISH, zh: CHINESE } as const;

/** The words of an alert. Names in them are one line each; whoever shows them escapes them. */
export function alertWords(language: AlertLanguage, alert: TellableAlert): AlertWords {
  const of = (fact: string) => oneLine(String(alert.facts[fact] ?? ''));
  const said: Said = {
    name: of('name') || oneLine(alert.subjectId),
    of,
    if: (before, fact) => (of(fact) === '' ? '' : `${before}${of(fact)}`),
  };
  const known = BY_LANGUAGE[language] as Readonly<Record<string, Words>>;
  const words = Object.hasOwn(known, alert.kind) ? known[alert.kind] : undefined;
  return words
    ? words(said)
    : { title: oneLine(`${alert.kind}: ${said.name}`), text: '', next: '' };
}

/** The page of the console where something can be done about it. */
export function alertPath({ kind, subjectKind, subjectId }: TellableAlert): string {
  if (subjectKind === 'account') return `/accounts#open-${encodeURIComponent(subjectId)}`;
  if (subjectKind === 'proxy') return '/proxies';
  if (kind === 'provisioning.failed') return '/platforms';
  if (kind === 'mail.failing') return '/registration';
  if (kind === 'error-rate') return '/usage';
  if (subjectKind === 'key') return '/keys';
  if (subjectKind === 'user') return '/users';
  if (subjectKind === 'platform') return '/platforms';
  if (subjectKind === 'model') return '/models';
  return '/alerts';
}
