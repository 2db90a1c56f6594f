import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { ImportResult, ImportRow, Refusal } from '#shared/schemas/users-bulk.ts';
import { queryClient, trpc } from '../../lib/trpc.ts';
import { toResultFile } from './import-result.ts';

/** People sent at once. */
const BATCH = 25;

type Results = ImportResult['rows'];

/** Brings people in a few at a time; the links are kept here and nowhere else. */
export function useImportRun() {
  const { mutateAsync } = useMutation(trpc.users.importRows.mutationOptions());
  const [state, setState] = useState<'ready' | 'running' | 'done'>('ready');
  const [total, setTotal] = useState(0);
  const [results, setResults] = useState<Results>([]);
  const [error, setError] = useState<unknown>(null);
  const stopped = useRef(false);

  async function start(rows: readonly ImportRow[]): Promise<void> {
    setTotal(rows.length);
    setState('running');
    stopped.current = false;
    try {
      for (let at = 0; at < rows.length && !stopped.current; at += BATCH) {
        const done = await mutateAsync({ rows: rows.slice(at, at + BATCH) });
        setResults((before) => [...before, ...done.rows]);
      }
    } catch (thrown) {
      setError(thrown);
    }
    setState('done');
    void queryClient.invalidateQueries(trpc.users.pathFilter());
  }

  /** `wordsOf` says why somebody was refused. */
  function save(wordsOf: (reason: Refusal) => string): void {
    const link = document.createElement('a');
    const file = new Blob([toResultFile(results, window.location.origin, wordsOf)], {
      type: 'text/csv',
    });
    link.href = URL.createObjectURL(file);
    link.download = 'imported-users.csv';
    link.click();
    URL.revokeObjectURL(link.href);
  }

  const stop = () => {
    stopped.current = true;
  };
  return { state, total, results, error, start, stop, save };
}
export type ImportRun = ReturnType<typeof useImportRun>;
