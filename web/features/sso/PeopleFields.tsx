import {
  ActionIcon,
  Button,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useRoleOptions } from '../users/use-role-options.ts';
import { EXAMPLES, type ServiceValues } from './service-form.ts';

type PeopleFieldsProps = { form: UseFormReturnType<ServiceValues> };

const SWITCHES = ['newPeople', 'linkByVerifiedEmail', 'countsAsSecondFactor', 'syncRole'] as const;

/** Who may come in by the service, and what they become. */
export function PeopleFields({ form }: PeopleFieldsProps) {
  const { t } = useTranslation('sso');
  const roles = useRoleOptions();
  const { fields } = form.values.settings;
  return (
    <>
      {SWITCHES.map((name) => (
        <Switch
          key={name}
          label={t(`form.${name}`)}
          description={t(`form.${name}Hint`)}
          {...form.getInputProps(`settings.${name}`, { type: 'checkbox' })}
        />
      ))}
      <TagsInput
        label={t('form.mailDomains')}
        description={t('form.mailDomainsHint')}
        placeholder={EXAMPLES.domain}
        {...form.getInputProps('settings.mailDomains')}
      />
      {fields.trustLevel !== '' && (
        <NumberInput
          label={t('form.leastTrustLevel')}
          min={0}
          max={4}
          maw={180}
          allowDecimal={false}
          {...form.getInputProps('settings.leastTrustLevel')}
        />
      )}
      <Select
        label={t('form.defaultRole')}
        allowDeselect={false}
        data={roles}
        {...form.getInputProps('settings.defaultRole')}
      />
      <RoleRules form={form} roles={roles} />
    </>
  );
}

type RoleRulesProps = PeopleFieldsProps & { roles: ReturnType<typeof useRoleOptions> };

function RoleRules({ form, roles }: RoleRulesProps) {
  const { t } = useTranslation(['sso', 'common']);
  const { roleRules } = form.values.settings;
  return (
    <Stack gap="xs">
      <div>
        <Text fz="sm" fw={500}>
          {t('form.roleRules')}
        </Text>
        <Text fz="xs" c="dimmed">
          {t('form.roleRulesHint')}
        </Text>
      </div>
      {roleRules.map((_rule, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rules have no names, and their order is theirs.
        <Group key={index} gap="xs" wrap="nowrap" align="flex-start">
          <TextInput
            aria-label={t('form.ruleClaim', { n: index + 1 })}
            placeholder={EXAMPLES.claim}
            style={{ flex: 1 }}
            {...form.getInputProps(`settings.roleRules.${index}.claim`)}
          />
          <TextInput
            aria-label={t('form.ruleValue', { n: index + 1 })}
            placeholder={EXAMPLES.value}
            style={{ flex: 1 }}
            {...form.getInputProps(`settings.roleRules.${index}.value`)}
          />
          <Select
            aria-label={t('form.ruleRole', { n: index + 1 })}
            allowDeselect={false}
            data={roles}
            style={{ flex: 1 }}
            {...form.getInputProps(`settings.roleRules.${index}.role`)}
          />
          <ActionIcon
            size="lg"
            variant="subtle"
            color="gray"
            aria-label={t('form.ruleRemove', { n: index + 1 })}
            onClick={() => form.removeListItem('settings.roleRules', index)}
          >
            <IconTrash size={17} />
          </ActionIcon>
        </Group>
      ))}
      <Button
        variant="default"
        size="xs"
        leftSection={<IconPlus size={14} />}
        style={{ alignSelf: 'flex-start' }}
        onClick={() =>
          form.insertListItem('settings.roleRules', { claim: 'groups', value: '', role: 'member' })
        }
      >
        {t('form.ruleAdd')}
      </Button>
    </Stack>
  );
}
