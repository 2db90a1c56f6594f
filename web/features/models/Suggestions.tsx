import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelCreate } from '#shared/schemas/models.ts';
import { trpc } from '../../lib/trpc.ts';
import { notifySuccess } from '../../ui/notify.tsx';
import { Section } from '../../ui/Section.tsx';
import { Failures } from './Failures.tsx';
import classes from './models.module.css';
import { useAddModels } from './use-add-models.ts';

/** Models of platforms that have accounts but no model yet, each one click away. For admins. */
export function Suggestions() {
  const { t } = useTranslation('models');
  const suggestions = useQuery(trpc.models.suggest.queryOptions());
  const [hidden, setHidden] = useState(false);
  const adding = useAddModels();
  const all = suggestions.data ?? [];
  if (hidden || (all.length === 0 && adding.failures.length === 0)) return null;

  async function add(models: readonly ModelCreate[]) {
    const added = await adding.run(models);
    const first = models[0];
    if (added === 1 && models.length === 1 && first) {
      notifySuccess(t('suggest.done', { name: first.name }));
    } else if (added > 0) notifySuccess(t('many.done', { count: added }));
  }
  const busy = adding.progress !== null;

  return (
    <div className={classes.suggestions}>
      <Section
        title={t('suggest.title')}
        text={t('suggest.text')}
        actions={
          <Tooltip label={t('suggest.hide')}>
            <ActionIcon aria-label={t('suggest.hide')} onClick={() => setHidden(true)}>
              <IconX size={17} />
            </ActionIcon>
          </Tooltip>
        }
      >
        {all.map(({ platform, platformName, models }) => (
          <div key={platform} className={classes.suggestion}>
            <span>{platformName}</span>
            <div className={classes.chips}>
              {models.map((model) => (
                <Button
                  key={model.name}
                  size="compact-sm"
                  variant="default"
                  fw={400}
                  leftSection={<IconPlus size={14} />}
                  aria-label={t('suggest.add', { name: model.name })}
                  loading={adding.progress?.name === model.name}
                  disabled={busy}
                  onClick={() => void add([model])}
                >
                  {model.name}
                </Button>
              ))}
            </div>
            {models.length > 1 && (
              <Button
                size="compact-sm"
                variant="light"
                aria-label={t('suggest.addAllFor', { platform: platformName })}
                disabled={busy}
                onClick={() => void add(models)}
              >
                {t('suggest.addAll', { count: models.length })}
              </Button>
            )}
          </div>
        ))}
        <Failures failures={adding.failures} />
      </Section>
    </div>
  );
}
