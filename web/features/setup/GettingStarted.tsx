import { Box, Button, Group, Text } from '@mantine/core';
import { IconCheck, IconFlask2, IconMessage2 } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../lib/use-me.ts';
import { Section } from '../../ui/Section.tsx';
import classes from './GettingStarted.module.css';
import { useProgress } from './use-progress.ts';
import { useSandboxStart } from './use-sandbox-start.ts';

/** Leads a fresh instance to its first answer; nothing once that is done, or while it is not known. */
export function GettingStarted() {
  const { t } = useTranslation('setup');
  const admin = useCan('models.write');
  const progress = useProgress();
  const sandbox = useSandboxStart();
  if (!progress || (progress.account && progress.model && progress.key && progress.answered)) {
    return null;
  }
  const { account, model, key } = progress;
  const done = [account, model, key].filter(Boolean).length;
  // Not every role may add a model, and the shortcut needs both.
  const offerSandbox = admin && (!account || !model);
  return (
    <Box mb="lg">
      <Section
        title={t('start.title')}
        text={t('start.text')}
        actions={
          <Text c="dimmed" fz="sm" className="gh-figures">
            {t('start.progress', { done, total: 3 })}
          </Text>
        }
      >
        <ol className={classes.steps}>
          <Step
            number={1}
            done={account}
            current={!account}
            title={t('start.account.title')}
            text={t('start.account.text')}
          >
            <Button component={Link} to="/accounts" variant="default" size="xs">
              {t('start.account.action')}
            </Button>
          </Step>
          <Step
            number={2}
            done={model}
            current={account && !model}
            title={t('start.model.title')}
            text={t('start.model.text')}
          >
            {admin ? (
              <Button component={Link} to="/models" variant="default" size="xs">
                {t('start.model.action')}
              </Button>
            ) : (
              <Text fz="sm">{t('start.model.ask')}</Text>
            )}
          </Step>
          <Step
            number={3}
            done={key}
            current={account && model && !key}
            title={t('start.key.title')}
            text={t('start.key.text')}
          >
            <Button component={Link} to="/keys" variant="default" size="xs">
              {t('start.key.action')}
            </Button>
          </Step>
        </ol>
        <Group mt={offerSandbox || (account && model) ? 'md' : 0} gap="sm">
          {offerSandbox && (
            <Button
              leftSection={<IconFlask2 size={16} />}
              loading={sandbox.pending}
              onClick={() => void sandbox.start({ account: !account, model: !model })}
            >
              {t('start.sandbox')}
            </Button>
          )}
          {offerSandbox && (
            <Text c="dimmed" fz="sm" flex="1 1 220px">
              {t('start.sandboxHint')}
            </Text>
          )}
          {account && model && <Onwards withKey={key} />}
        </Group>
      </Section>
    </Box>
  );
}

/** Where an answer can be had now: in the playground, and with a key from any tool. */
function Onwards({ withKey }: { withKey: boolean }) {
  const { t } = useTranslation('setup');
  return (
    <>
      <Button component={Link} to="/playground" leftSection={<IconMessage2 size={16} />}>
        {t('start.tryIt')}
      </Button>
      {withKey && (
        <Button component={Link} to="/connect" variant="default">
          {t('start.connect')}
        </Button>
      )}
    </>
  );
}

type StepProps = {
  number: number;
  done: boolean;
  current: boolean;
  title: string;
  text: string;
  /** The way to do it; left out once done. */
  children: ReactNode;
};

function Step({ number, done, current, title, text, children }: StepProps) {
  const { t } = useTranslation('setup');
  return (
    <li
      className={classes.step}
      data-state={done ? 'done' : current ? 'current' : 'later'}
      aria-current={current ? 'step' : undefined}
    >
      <span className={classes.number} aria-hidden="true">
        {done ? <IconCheck size={14} stroke={2.4} /> : number}
      </span>
      <div className={classes.words}>
        <Text fw={600}>{title}</Text>
        <Text c="dimmed" fz="sm">
          {done ? t('start.doneStep') : text}
        </Text>
        {!done && <div className={classes.way}>{children}</div>}
      </div>
    </li>
  );
}
