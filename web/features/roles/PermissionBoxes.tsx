import { Checkbox, Fieldset, Input, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { can, PERMISSIONS, type Permission } from '#shared/permissions.ts';
import { useMe } from '../../lib/use-me.ts';
import { permissionAreas } from './permission-areas.ts';
import classes from './roles.module.css';

type PermissionBoxesProps = {
  value: readonly Permission[];
  onChange: (value: Permission[]) => void;
};

/** A box for each permission, by what it is about. What one lacks oneself cannot be ticked. */
export function PermissionBoxes({ value, onChange }: PermissionBoxesProps) {
  const { t } = useTranslation('roles');
  const me = useMe();
  const turn = (permission: Permission, on: boolean) =>
    onChange(PERMISSIONS.filter((each) => (each === permission ? on : value.includes(each))));
  return (
    <div className={classes.allows}>
      <Input.Label>{t('form.allows')}</Input.Label>
      {permissionAreas().map(({ area, permissions }) => (
        <Fieldset key={area} legend={t(`areas.${area}`)}>
          <Stack gap="sm">
            {permissions.map((permission) => (
              <Checkbox
                key={permission}
                label={t(`permissions.${permission}`)}
                checked={value.includes(permission)}
                disabled={!can(me, permission)}
                {...(!can(me, permission) && { description: t('form.lacking') })}
                onChange={(event) => turn(permission, event.currentTarget.checked)}
              />
            ))}
          </Stack>
        </Fieldset>
      ))}
    </div>
  );
}
