import { Button, Drawer, Group, Modal, Stack } from '@mantine/core';
import type { FormEventHandler, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './FormModal.module.css';

type FormFrameProps = {
  opened: boolean;
  onClose: () => void;
  title: string;
  /** From `form.onSubmit(...)`. */
  onSubmit: FormEventHandler<HTMLFormElement>;
  /** The verb on the button; “Save” unless told. */
  submitLabel?: string;
  pending?: boolean;
  /** Left of the buttons. */
  aside?: ReactNode;
  children: ReactNode;
};

/** Leads to the first field that was refused, which may be scrolled out of sight. */
function focusFirstError(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLElement>('[aria-invalid="true"]');
  field?.focus();
}

/** The form of a dialog with its buttons, for dialogs that show more than a form. */
export function FormBody(props: Omit<FormFrameProps, 'opened' | 'title'>) {
  const { onClose, onSubmit, submitLabel, pending = false, aside, children } = props;
  const { t } = useTranslation('common');
  return (
    <form
      onSubmit={(event) => {
        const form = event.currentTarget;
        onSubmit(event);
        requestAnimationFrame(() => focusFirstError(form));
      }}
      noValidate
      className={classes.form}
    >
      <Stack gap="md" className={classes.fields ?? ''}>
        {children}
      </Stack>
      <Group justify="space-between" className={classes.foot ?? ''}>
        <div>{aside}</div>
        <Group gap="xs" ml="auto">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" loading={pending}>
            {submitLabel ?? t('save')}
          </Button>
        </Group>
      </Group>
    </form>
  );
}

/** A short form in the middle of the page; the first field has the focus. */
export function FormModal(props: FormFrameProps) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={props.title}
      classNames={{ title: classes.title ?? '' }}
    >
      <FormBody {...props} />
    </Modal>
  );
}

type DrawerFrameProps = Pick<FormFrameProps, 'opened' | 'onClose' | 'title' | 'children'>;

/** The side of the page for a FormBody that has something before it; on phones it fills the screen. */
export function DrawerFrame({ children, ...frame }: DrawerFrameProps) {
  const { t } = useTranslation('common');
  return (
    <Drawer
      {...frame}
      closeButtonProps={{ 'aria-label': t('close') }}
      position="right"
      size={480}
      classNames={{
        title: classes.title ?? '',
        body: classes.drawerBody ?? '',
        content: classes.drawer ?? '',
      }}
    >
      {children}
    </Drawer>
  );
}

/** A long form from the side. */
export function FormDrawer(props: FormFrameProps) {
  const { opened, onClose, title } = props;
  return (
    <DrawerFrame opened={opened} onClose={onClose} title={title}>
      <FormBody {...props} />
    </DrawerFrame>
  );
}
