import { ScrollArea, Table, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconMinus } from '@tabler/icons-react';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoleView } from '#shared/schemas/roles.ts';
import { useRoleName } from '../../lib/role-name.ts';
import { Section } from '../../ui/Section.tsx';
import { permissionAreas } from './permission-areas.ts';
import classes from './roles.module.css';

/** Every permission against every role. The first column stays where many roles scroll by. */
export function PermissionMatrix({ roles }: { roles: readonly RoleView[] }) {
  const { t } = useTranslation('roles');
  const roleName = useRoleName();
  return (
    <Section title={t('matrix.title')} text={t('matrix.text')} flush>
      <ScrollArea type="auto" offsetScrollbars="x">
        <Table className={classes.matrix ?? ''} aria-label={t('matrix.title')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th className={classes.first ?? ''}>{t('matrix.permission')}</Table.Th>
              {roles.map(({ id, name }) => (
                <Table.Th key={id} className={classes.role ?? ''} scope="col">
                  {roleName(id, name)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {permissionAreas().map(({ area, permissions }) => (
              <Fragment key={area}>
                <Table.Tr className={classes.area ?? ''}>
                  <Table.Th className={classes.first ?? ''} scope="rowgroup">
                    {t(`areas.${area}`)}
                  </Table.Th>
                  <Table.Td colSpan={roles.length} />
                </Table.Tr>
                {permissions.map((permission) => (
                  <Table.Tr key={permission}>
                    <Table.Th className={classes.first ?? ''} scope="row" fw={400}>
                      {t(`permissions.${permission}`)}
                    </Table.Th>
                    {roles.map((role) => (
                      <Table.Td key={role.id} className={classes.role ?? ''}>
                        <Mark allowed={role.permissions.includes(permission)} />
                      </Table.Td>
                    ))}
                  </Table.Tr>
                ))}
              </Fragment>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
    </Section>
  );
}

function Mark({ allowed }: { allowed: boolean }) {
  const { t } = useTranslation('roles');
  const Icon = allowed ? IconCheck : IconMinus;
  return (
    <span className={allowed ? classes.yes : classes.no}>
      <Icon size={16} stroke={2} aria-hidden />
      <VisuallyHidden>{t(allowed ? 'matrix.yes' : 'matrix.no')}</VisuallyHidden>
    </span>
  );
}
