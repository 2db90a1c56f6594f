import type { ChannelKind, ChannelSave, ChannelView } from '#shared/schemas/alerts.ts';

/** What is typed; times as the browser's fields give them, empty = none. */
export type ChannelValues = Omit<ChannelSave, 'id' | 'quietFrom' | 'quietTo'> & {
  quietFrom: string;
  quietTo: string;
};

/** Where each service is asked unless it is another place. */
const USUAL_URL: Partial<Record<ChannelKind, string>> = { telegram: 'https://api.telegram.org' };

/** What a new channel begins with. */
export function newChannel(kind: ChannelKind, language: 'en' | 'zh'): ChannelValues {
  return {
    ...{ kind, name: '', kinds: [], severity: 'warning', enabled: true, language },
    ...{ quietFrom: '', quietTo: '' },
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
    target: { url: USUAL_URL[kind] ?? '', secret: '', to: [], chatId: '' },
  };
}

/** What is there to change; what is secret stays on the server. */
export function fromChannel(channel: ChannelView): ChannelValues {
  const { chatId, kind, kinds, language, name, severity, to, zone } = channel;
  return {
    ...{ kind, kinds, language, name, severity, zone, enabled: channel.enabled },
    quietFrom: toTime(channel.quietFrom),
    quietTo: toTime(channel.quietTo),
    target: { url: '', secret: '', to, chatId },
  };
}

export function toChannelSave(values: ChannelValues, id: string | null): ChannelSave {
  return {
    ...values,
    ...(id !== null && { id }),
    quietFrom: toMinutes(values.quietFrom),
    quietTo: toMinutes(values.quietTo),
  };
}

function toTime(minutes: number | null): string {
  if (minutes === null) return '';
  const two = (part: number) => String(part).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

function toMinutes(time: string): number | null {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})/.exec(time) ?? [];
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes);
}
