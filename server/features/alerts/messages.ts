import { alertPath, alertWords, oneLine } from '#shared/alert-texts.ts';
import type { AlertLanguage } from '#shared/schemas/alerts.ts';
import type { Due, ToldAlert } from './deliveries.repo.ts';

/** What a channel is told. Every text is one line, and none of it is markup. */
export type Message = {
  title: string;
  lines: string[];
  /** Where something can be done about it; null where nobody said how this server is reached. */
  link: { text: string; url: string } | null;
  /** For programs. */
  data: { what: string; alerts: readonly ToldAlert[]; count: number };
};

type Phrases = {
  severity: Readonly<Record<string, string>>;
  over: string;
  open: string;
  test: { title: string; line: string };
  storm: (count: string, kind: string) => { title: string; line: string };
  flaps: (count: string, isOver: boolean) => string;
  quiet: (count: string) => string;
  more: (count: string) => string;
};

const PHRASES: Readonly<Record<AlertLanguage, Phrases>> = {
  en: {
    severity: { info: 'Info', warning: 'Warning', critical: 'Critical' },
    over: 'Over',
    open: 'Open in Gatehouse',
    test: { title: 'Test of Gatehouse', line: 'This channel works: alerts will arrive here.' },
    storm: (count, kind) => ({
      title: `${count} more alerts: ${kind}`,
      line: 'So many of the same kind came at once that they are told together. The list of alerts has all of them.',
    }),
    flaps: (count, isOver) =>
      `It comes and goes: within minutes it came back ${count} times. It is ${isOver ? 'over for now' : 'still so'}.`,
    quiet: (count) => `${count} alerts during quiet hours`,
    more: (count) => `and ${count} more`,
  },
  zh: {
    severity: { info: '提示', warning: '警告', critical: '严重' },
    over: '已恢复',
    open: '在 Gatehouse 中打开',
    test: { title: 'Gatehouse 测试消息', line: '此渠道可用：告警将发送到这里。' },
    storm: (count, kind) => ({
      title: `另有 ${count} 条告警：${kind}`,
      line: '短时间内出现大量同类告警，已合并通知。完整内容请查看告警列表。',
    }),
    flaps: (count, isOver) =>
      `该告警反复出现：几分钟内再次触发 ${count} 次，${isOver ? '目前已恢复' : '目前仍未恢复'}。`,
    quiet: (count) => `免打扰时段内有 ${count} 条告警`,
    more: (count) => `另有 ${count} 条`,
  },
};

const MOST_LISTED = 20;

type Frame = { language: AlertLanguage; publicUrl: string | null };

/** What one delivery says; several ones, of what was held, are told as one. */
export function messageOf(due: readonly Due[], frame: Frame): Message {
  const [first] = due;
  if (due.length === 1 && first) {
    if (first.what === 'storm') return stormMessage(first, frame);
    if (first.alert) return alertMessage(first, first.alert, frame);
  }
  return heldMessage(due, frame);
}

/** What is sent to try a channel out. */
export function testMessage({ language, publicUrl }: Frame): Message {
  const { test } = PHRASES[language];
  return {
    ...{ title: test.title, lines: [test.line] },
    link: linkTo('/alerts', { language, publicUrl }),
    data: { what: 'test', alerts: [], count: 0 },
  };
}

function alertMessage({ about, what }: Due, alert: ToldAlert, frame: Frame): Message {
  const phrases = PHRASES[frame.language];
  const { next, text, title } = alertWords(frame.language, alert);
  const isFlapping = what === 'flapping';
  const isOver = what === 'resolved' || (isFlapping && alert.resolvedAt !== null);
  const mark = isOver ? phrases.over : (phrases.severity[alert.severity] ?? alert.severity);
  const count = about?.count ?? 1;
  return {
    title: `[${mark}] ${title}`,
    lines: [
      isFlapping ? phrases.flaps(String(count), isOver) : '',
      ...(isOver ? [] : [text, next]),
    ].filter((line) => line !== ''),
    link: linkTo(alertPath(alert), frame),
    data: { what, alerts: [alert], count },
  };
}

function stormMessage({ about }: Due, frame: Frame): Message {
  const count = about?.count ?? 0;
  const { line, title } = PHRASES[frame.language].storm(String(count), oneLine(about?.kind ?? ''));
  return {
    ...{ title, lines: [line] },
    link: linkTo('/alerts', frame),
    data: { what: 'storm', alerts: [], count },
  };
}

function heldMessage(due: readonly Due[], frame: Frame): Message {
  const phrases = PHRASES[frame.language];
  const told = due.map(({ about, alert, what }) => {
    if (!alert) return phrases.storm(String(about?.count ?? 0), oneLine(about?.kind ?? '')).title;
    const { title } = alertWords(frame.language, alert);
    const isOver = what === 'resolved' || alert.resolvedAt !== null;
    return isOver ? `[${phrases.over}] ${title}` : title;
  });
  const more = told.length - MOST_LISTED;
  return {
    title: phrases.quiet(String(due.length)),
    lines: [...told.slice(0, MOST_LISTED), ...(more > 0 ? [phrases.more(String(more))] : [])],
    link: linkTo('/alerts', frame),
    data: {
      what: 'held',
      alerts: due.flatMap(({ alert }) => alert ?? []),
      count: due.length,
    },
  };
}

function linkTo(path: string, { language, publicUrl }: Frame): Message['link'] {
  return publicUrl === null ? null : { text: PHRASES[language].open, url: `${publicUrl}${path}` };
}
