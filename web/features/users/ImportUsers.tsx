import { Alert, Button, FileButton, Group, Modal, Progress, Stack, Text } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportPreview, ImportProblem } from '#shared/schemas/users-bulk.ts';
import { readError } from '../../lib/errors.ts';
import { formatNumber } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ErrorText } from '../../ui/ErrorText.tsx';
import { type ImportRun, useImportRun } from './use-import-run.ts';
import classes from './users.module.css';

const EXAMPLE = 'username,display_name,email,role,trust_level,state';
/** As much as the server reads. */
const MOST_BYTES = 900_000;

/** People out of a CSV file: looked at line by line, then brought in with an invite link each. */
export function ImportUsers({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['users', 'common']);
  const [name, setName] = useState('');
  const [tooLarge, setTooLarge] = useState(false);
  const preview = useAppMutation(trpc.users.previewImport.mutationOptions(), {
    onFail: () => true,
  });
  const run = useImportRun();
  const busy = run.state === 'running';
  const read = async (file: File | null) => {
    if (!file) return;
    setName(file.name);
    setTooLarge(file.size > MOST_BYTES);
    preview.reset();
    if (file.size <= MOST_BYTES) preview.mutate({ csv: await file.text() });
  };
  const count = preview.data?.people.length ?? 0;
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('import.title')}
      closeOnClickOutside={false}
      closeOnEscape={!busy}
      withCloseButton={!busy && run.state !== 'done'}
      closeButtonProps={{ 'aria-label': t('common:close') }}
      styles={{ title: { fontWeight: 620 } }}
    >
      <Stack gap="md">
        {run.state === 'ready' && (
          <>
            <Text>{t('import.text')}</Text>
            <Text ff="monospace" fz="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {EXAMPLE}
            </Text>
            <Group>
              <FileButton accept=".csv,text/csv,text/plain" onChange={(file) => void read(file)}>
                {(props) => (
                  <Button
                    {...props}
                    variant="default"
                    loading={preview.isPending}
                    leftSection={<IconFileImport size={16} />}
                  >
                    {t('import.choose')}
                  </Button>
                )}
              </FileButton>
              <Text fz="sm" c="dimmed">
                {name}
              </Text>
            </Group>
            {tooLarge && <Text c="var(--mantine-color-error)">{t('import.tooLarge')}</Text>}
            {preview.error && <ErrorText error={readError(preview.error)} />}
            {preview.data && <Preview preview={preview.data} />}
          </>
        )}
        {run.state !== 'ready' && <Running run={run} />}
      </Stack>
      <Group justify="flex-end" mt="lg" gap="xs">
        {run.state === 'ready' && (
          <>
            <Button variant="default" onClick={onClose}>
              {t('common:cancel')}
            </Button>
            <Button
              disabled={count === 0}
              onClick={() => void run.start(preview.data?.people.map(({ row }) => row) ?? [])}
            >
              {t('import.confirm', { count })}
            </Button>
          </>
        )}
        {busy && (
          <Button variant="default" onClick={run.stop}>
            {t('import.stop')}
          </Button>
        )}
        {run.state === 'done' && (
          <>
            <Button
              variant="default"
              onClick={() => run.save((reason) => t(`refusal.${reason}`))}
              disabled={run.results.length === 0}
            >
              {t('import.save')}
            </Button>
            <Button onClick={onClose}>{t('common:done')}</Button>
          </>
        )}
      </Group>
    </Modal>
  );
}

function Preview({ preview }: { preview: ImportPreview }) {
  const { t } = useTranslation('users');
  const { ignored, people, problems, refused } = preview;
  return (
    <Stack gap="xs" role="status">
      <Text fw={550}>{t('import.good', { count: people.length })}</Text>
      {refused > 0 && (
        <>
          <Text c="var(--mantine-color-error)">{t('import.bad', { count: refused })}</Text>
          <ul className={classes.problems}>
            {problems.map((problem) => (
              <li key={`${problem.line} ${problem.column} ${problem.code}`}>
                <ProblemLine problem={problem} />
              </li>
            ))}
          </ul>
        </>
      )}
      {ignored.length > 0 && (
        <Text fz="sm" c="dimmed">
          {t('import.ignored', { names: ignored.join(', ') })}
        </Text>
      )}
    </Stack>
  );
}

function ProblemLine({ problem }: { problem: ImportProblem }) {
  const { t } = useTranslation('users');
  const { code, column, line, n } = problem;
  const what = t(`import.wrong.${code}`, { n: n === undefined ? '' : formatNumber(n) });
  return column === ''
    ? t('import.problemOfLine', { line, what })
    : t('import.problem', { line, column, what });
}

function Running({ run }: { run: ImportRun }) {
  const { t } = useTranslation('users');
  const { results, total } = run;
  const failed = results.filter(({ id }) => id === null);
  return (
    <Stack gap="sm" role="status">
      <Progress
        value={total === 0 ? 100 : (results.length / total) * 100}
        aria-label={t('import.progress')}
      />
      <Text className="gh-figures">
        {t('import.sofar', { done: results.length - failed.length, total })}
      </Text>
      {run.error !== null && <ErrorText error={readError(run.error)} />}
      {failed.length > 0 && (
        <ul className={classes.problems}>
          {failed.map(({ reason, username }) => (
            <li key={username}>
              <b>{username}</b>: {reason !== null && t(`refusal.${reason}`)}
            </li>
          ))}
        </ul>
      )}
      {run.state === 'done' && results.some(({ invite }) => invite !== null) && (
        <Alert color="yellow">{t('import.once')}</Alert>
      )}
    </Stack>
  );
}
