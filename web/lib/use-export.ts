import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { notifyError, notifySuccess } from '../ui/notify.tsx';
import { readError } from './errors.ts';

type Format = 'csv' | 'ndjson';
/** Parts of the query that narrow an export. */
export type ExportFilter = Readonly<Record<string, string | undefined>>;

/** Parts of a file are handed to the browser at this size: it keeps large ones on disk. */
const PART_BYTES = 8 * 1024 * 1024;

type Export = {
  /** Bytes that have come; null = none runs. */
  bytes: number | null;
  start: (filter: ExportFilter, format: Format) => void;
  stop: () => void;
};

/** Fetches /<name>/export and saves it as a file; what breaks off is told and not saved. */
export function useExport(name: 'usage' | 'audit' | 'users' | 'leases'): Export {
  const { t } = useTranslation('usage');
  const [bytes, setBytes] = useState<number | null>(null);
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function run(filter: ExportFilter, format: Format, signal: AbortSignal): Promise<void> {
    const query = new URLSearchParams({ format });
    for (const [part, value] of Object.entries(filter)) {
      if (value !== undefined) query.set(part, value);
    }
    const res = await fetch(`/${name}/export?${query}`, { signal });
    if (!res.ok || !res.body) throw await refusal(res);
    save(await collect(res.body, setBytes), `${name}.${format}`);
    notifySuccess(t('export.done'));
  }

  return {
    bytes,
    start(filter, format) {
      const controller = new AbortController();
      running.current = controller;
      setBytes(0);
      run(filter, format, controller.signal)
        .catch((error: unknown) => {
          if (controller.signal.aborted) return;
          const told = readError(error);
          const broken = !(error instanceof Refused);
          notifyError(broken ? { ...told, code: 'network' } : told);
        })
        .finally(() => setBytes(null));
    },
    stop: () => running.current?.abort(),
  };
}

async function collect(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onBytes: (count: number) => void,
): Promise<Blob> {
  const parts: Blob[] = [];
  let gathered: Uint8Array<ArrayBuffer>[] = [];
  let [bytes, fresh] = [0, 0];
  const reader = body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    gathered.push(next.value);
    bytes += next.value.length;
    fresh += next.value.length;
    onBytes(bytes);
    if (fresh < PART_BYTES) continue;
    parts.push(new Blob(gathered));
    gathered = [];
    fresh = 0;
  }
  return new Blob([...parts, ...gathered]);
}

function save(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** An error the server told before it began. */
class Refused extends Error {
  readonly data: unknown;
  constructor(message: string, data: unknown) {
    super(message);
    this.data = data;
  }
}

async function refusal(res: Response): Promise<Error> {
  const told: unknown = await res.json().catch(() => null);
  const { error } = (told ?? {}) as { error?: { message?: string; data?: unknown } };
  return new Refused(error?.message ?? '', error?.data ?? {});
}
