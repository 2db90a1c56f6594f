import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ModelCreate } from '#shared/schemas/models.ts';
import { readError } from '../../lib/errors.ts';
import { queryClient, trpc } from '../../lib/trpc.ts';
import { describeError } from '../../ui/describe-error.ts';

export type Failure = { name: string; reason: string };

export type AddModels = {
  /** How far it is; null while nothing is being added. */
  progress: { done: number; total: number; name: string } | null;
  /** What could not be added in the last run, and why. */
  failures: readonly Failure[];
  /** Adds one model after the other and never rejects; returns how many were added. */
  run: (models: readonly ModelCreate[]) => Promise<number>;
};

/** Adds many models; one that is refused does not stop the others. */
export function useAddModels(): AddModels {
  const create = useMutation(trpc.models.create.mutationOptions());
  const [progress, setProgress] = useState<AddModels['progress']>(null);
  const [failures, setFailures] = useState<readonly Failure[]>([]);

  async function run(models: readonly ModelCreate[]): Promise<number> {
    const failed: Failure[] = [];
    setFailures([]);
    for (const [done, model] of models.entries()) {
      setProgress({ done, total: models.length, name: model.name });
      try {
        await create.mutateAsync(model);
      } catch (thrown) {
        const { title, detail } = describeError(readError(thrown));
        failed.push({ name: model.name, reason: detail || title });
      }
    }
    setProgress(null);
    setFailures(failed);
    await queryClient.invalidateQueries(trpc.models.pathFilter());
    return models.length - failed.length;
  }
  return { progress, failures, run };
}
