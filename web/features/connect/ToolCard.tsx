import { Anchor, Badge, Code, Group, Stack, Tabs, Text } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { CopyField } from '../../ui/CopyField.tsx';
import { Section } from '../../ui/Section.tsx';
import { Markdown } from '../playground/Markdown.tsx';
import classes from './connect.module.css';
import type { ToolId } from './tools/groups.ts';
import { TOOLS } from './tools/index.ts';
import {
  type CodeStep,
  type Connection,
  DOORS,
  type FieldsStep,
  KEY_VARIABLE,
  type Variant,
} from './tools/tool.ts';

type ToolCardProps = { id: ToolId; connection: Connection };

/** What to copy where for one tool; a tool with several ways has a tab for each. */
export function ToolCard({ id, connection }: ToolCardProps) {
  const { t } = useTranslation('connect');
  const tool = TOOLS[id];
  const variants = tool.variants(connection);
  const [only, ...others] = variants;
  return (
    <Section
      title={tool.name}
      text={t(`note.${id}`)}
      actions={
        <Anchor href={tool.docs} target="_blank" rel="noopener noreferrer" fz="sm">
          {t('docs')} <IconExternalLink size={14} className={classes.away} aria-hidden />
        </Anchor>
      }
    >
      {only && others.length === 0 ? (
        <VariantView variant={only} />
      ) : (
        <Tabs defaultValue={only?.id ?? null} variant="pills" keepMounted={false}>
          <Tabs.List mb="md" aria-label={t('ways', { name: tool.name })}>
            {variants.map((variant) => (
              <Tabs.Tab key={variant.id} value={variant.id}>
                {variant.name}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {variants.map((variant) => (
            <Tabs.Panel key={variant.id} value={variant.id}>
              <VariantView variant={variant} />
            </Tabs.Panel>
          ))}
        </Tabs>
      )}
    </Section>
  );
}

function VariantView({ variant }: { variant: Variant }) {
  const { t } = useTranslation('connect');
  return (
    <Stack gap="sm">
      <Group gap={6}>
        <Text fz="sm" c="dimmed">
          {t('speaks')}
        </Text>
        {variant.doors.map((door) => (
          <Badge key={door} variant="light" tt="none" fw={500}>
            {DOORS[door].name} · {DOORS[door].path}
          </Badge>
        ))}
      </Group>
      {variant.steps.map((step) =>
        step.kind === 'code' ? (
          <CodeStepView key={step.text} step={step} />
        ) : (
          <FieldsView key={step.place} step={step} />
        ),
      )}
      {variant.install !== null && (
        <Text fz="sm" c="dimmed">
          {t('install')} <Code>{variant.install}</Code>
        </Text>
      )}
    </Stack>
  );
}

function CodeStepView({ step }: { step: CodeStep }) {
  const { t } = useTranslation('connect');
  return (
    <div className={classes.code}>
      {step.file !== null && (
        <Text fz="sm" mb={4}>
          {t('file')} <Code>{step.file}</Code>
        </Text>
      )}
      <Markdown text={`\`\`\`\`${step.language}\n${step.text}\n\`\`\`\``} />
    </div>
  );
}

function FieldsView({ step }: { step: FieldsStep }) {
  const { t } = useTranslation('connect');
  return (
    <div>
      <Text fz="sm" mb="xs">
        {t('place')} <strong>{step.place}</strong>
      </Text>
      <Stack gap="xs">
        {step.fields.map(({ name, value }) =>
          value === null ? (
            <div key={name}>
              <Text fz="sm" fw={500}>
                {name}
              </Text>
              <Text fz="sm" c="dimmed">
                {t('yourKey', { variable: KEY_VARIABLE })}
              </Text>
            </div>
          ) : (
            <CopyField key={name} label={name} value={value} />
          ),
        )}
      </Stack>
    </div>
  );
}
