import { Select, Tabs } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './connect.module.css';
import { ToolCard } from './ToolCard.tsx';
import { asTool, TOOL_GROUPS, TOOL_IDS, type ToolId } from './tools/groups.ts';
import { TOOLS } from './tools/index.ts';
import type { Connection } from './tools/tool.ts';

type ToolPickerProps = {
  tool: ToolId;
  onTool: (tool: ToolId) => void;
  connection: Connection;
};

/** The tools and the chosen one's card: tabs where there is room for them, else a select. */
export function ToolPicker(props: ToolPickerProps) {
  const wide = useMediaQuery('(min-width: 900px)', true, { getInitialValueInEffect: false });
  return wide ? <ToolTabs {...props} /> : <ToolSelect {...props} />;
}

function ToolTabs({ tool, onTool, connection }: ToolPickerProps) {
  const { t } = useTranslation('connect');
  const choose = (value: string | null) => {
    const chosen = asTool(value);
    if (chosen) onTool(chosen);
  };
  return (
    <Tabs
      value={tool}
      onChange={choose}
      orientation="vertical"
      variant="pills"
      keepMounted={false}
      classNames={{
        list: classes.tools ?? '',
        tab: classes.tool ?? '',
        tabLabel: classes.toolName ?? '',
      }}
    >
      <Tabs.List aria-label={t('tools')}>
        {TOOL_GROUPS.map(({ group, tools }) => (
          <Fragment key={group}>
            <span className={classes.group} aria-hidden>
              {t(`group.${group}`)}
            </span>
            {tools.map((id) => (
              <Tabs.Tab key={id} value={id}>
                {TOOLS[id].name}
              </Tabs.Tab>
            ))}
          </Fragment>
        ))}
      </Tabs.List>
      {TOOL_IDS.map((id) => (
        <Tabs.Panel key={id} value={id} className={classes.panel}>
          <ToolCard id={id} connection={connection} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function ToolSelect({ tool, onTool, connection }: ToolPickerProps) {
  const { t } = useTranslation('connect');
  return (
    <>
      <Select
        label={t('tool')}
        allowDeselect={false}
        maxDropdownHeight={420}
        mb="md"
        value={tool}
        onChange={(value) => {
          const chosen = asTool(value);
          if (chosen) onTool(chosen);
        }}
        data={TOOL_GROUPS.map(({ group, tools }) => ({
          group: t(`group.${group}`),
          items: tools.map((id) => ({ value: id, label: TOOLS[id].name })),
        }))}
      />
      <ToolCard key={tool} id={tool} connection={connection} />
    </>
  );
}
