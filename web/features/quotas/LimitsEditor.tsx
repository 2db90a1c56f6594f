import { Button } from '@mantine/core';
import { type SyntheticEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { QuotaState } from '#shared/schemas/quotas.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormBody } from '../../ui/FormModal.tsx';
import { LimitField } from './LimitField.tsx';
import type { LimitsOf } from './limits-context.tsx';
import { isFit, type LimitsForm, METRICS, toForm, toRules } from './limits-form.ts';
import { PreviewNote } from './PreviewNote.tsx';

type LimitsEditorProps = {
  of: LimitsOf;
  states: readonly QuotaState[];
  onDone: () => void;
};

/** All limits as fields with what is taken of each; what they would have done is asked before saving. */
export function LimitsEditor({ of, states, onDone }: LimitsEditorProps) {
  const { t } = useTranslation(['quotas', 'common']);
  const [form, setForm] = useState<LimitsForm>(() => toForm(states));
  /** The limits that a preview was asked for; null = none of the present ones. */
  const [asked, setAsked] = useState<ReturnType<typeof toRules> | null>(null);
  const { subject, id } = of;
  const save = useAppMutation(trpc.quotas.set.mutationOptions(), {
    success: t('common:saved'),
    invalidate: [trpc.quotas.pathFilter(), trpc.users.pathFilter(), trpc.keys.pathFilter()],
    onDone,
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (isFit(form)) save.mutate({ subject, id, rules: toRules(form) });
  };
  return (
    <FormBody
      onClose={onDone}
      onSubmit={submit}
      pending={save.isPending}
      aside={
        <Button
          variant="default"
          px="xs"
          disabled={!isFit(form)}
          onClick={() => setAsked(toRules(form))}
        >
          {t('preview.ask')}
        </Button>
      }
    >
      {METRICS.map((metric) => (
        <LimitField
          key={metric}
          metric={metric}
          state={states.find((state) => state.metric === metric)}
          value={form[metric]}
          onChange={(value) => {
            setAsked(null);
            setForm({ ...form, [metric]: value });
          }}
        />
      ))}
      {asked && <PreviewNote wanted={{ subject, id, rules: asked }} />}
    </FormBody>
  );
}
