import { Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconFilterOff, IconRefreshDot } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { VaultSort, VaultView } from '#shared/schemas/vault.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { notifySuccess } from '../../ui/notify.tsx';
import { PagedSection } from '../../ui/PagedSection.tsx';
import { shownOf } from './column-choice.ts';
import { KeysHelp } from './KeysHelp.tsx';
import { batchFilterOf, countOf, type Look } from './look.ts';
import { type RowAction, RowActions } from './RowActions.tsx';
import { NONE, selectionOf, toggle } from './selection.ts';
import type { ListView } from './use-list-view.ts';
import { useSpanStart, useVaultList } from './use-vault-list.ts';
import { VaultCards } from './VaultCards.tsx';
import { type Shown, VaultDialogs } from './VaultDialogs.tsx';
import { VaultFilters } from './VaultFilters.tsx';
import { VaultGrid } from './VaultGrid.tsx';
import { ChosenBar, ListTools } from './VaultToolbar.tsx';

/** Tens of thousands of accounts, what finds them, and what can be done with one or with many. */
export function VaultAccounts({ view }: { view: ListView }) {
  const phone = useMediaQuery('(max-width: 600px)', false, { getInitialValueInEffect: false });
  const { choice, look, setLook, setSort, sort } = view;
  const [chosen, setChosen] = useState(NONE);
  const [menu, setMenu] = useState<{ row: VaultView; button: HTMLElement } | null>(null);
  const [help, setHelp] = useState(false);
  const list = useVaultList(look, sort);
  const total = list.total ?? 0;
  const dialog = useDialog<Shown>();
  const act = useRowAct((what, row) => dialog.open({ what, row }));
  const search = useRef<HTMLInputElement>(null);
  const columns = useMemo(() => shownOf(choice), [choice]);
  const fitting = batchFilterOf(look, useSpanStart());
  const selection = selectionOf(chosen, fitting);
  const loaded = useRef<string[]>([]);
  loaded.current = (list.rows ?? []).map(({ id }) => id);
  useEffect(
    () =>
      onPageKeys(
        () => search.current?.focus(),
        () => setHelp(true),
      ),
    [],
  );

  // All that fit are others with another view.
  const viewId = view.view?.id;
  useEffect(() => {
    if (viewId !== undefined) setChosen((now) => (now.all ? NONE : now));
  }, [viewId]);

  const latest = useRef(act);
  latest.current = act;
  const onToggle = useCallback(
    ({ id }: VaultView) => setChosen((now) => toggle(now, id, loaded.current)),
    [],
  );
  const onOpen = useCallback((row: VaultView) => latest.current('open', row), []);
  const onCopy = useCallback((row: VaultView) => latest.current('copyBizId', row), []);
  const onMenu = useCallback((row: VaultView, button: HTMLElement) => setMenu({ row, button }), []);
  const events = { onToggle, onOpen, onCopy, onMenu };

  function narrow(next: Look): void {
    // All that fit are others now.
    if (chosen.all) setChosen(NONE);
    setLook(next);
  }
  function sortBy(by: VaultSort): void {
    setSort({ by, descending: sort.by === by ? !sort.descending : by === 'number' });
  }

  return (
    <>
      <VaultFilters look={look} onLook={narrow} first={search} />
      <ListTools list={view} phone={phone} total={list.total} onHelp={() => setHelp(true)} />
      {selection && (
        <ChosenBar
          {...{ chosen, selection, total }}
          mayChooseAll={fitting !== null}
          onChosen={setChosen}
        />
      )}
      <PagedSection pages={list} empty={<Empty look={look} onClear={() => narrow({})} />}>
        {(rows, { more }) =>
          phone ? (
            <VaultCards
              {...{ rows, total, more, onOpen, onMenu, onToggle }}
              isChosen={(id) => chosen.all || chosen.ids.has(id)}
            />
          ) : (
            <VaultGrid
              {...events}
              {...{ rows, total, columns, sort, more }}
              isChosen={(id) => chosen.all || chosen.ids.has(id)}
              onSort={sortBy}
            />
          )
        }
      </PagedSection>
      {menu && <RowActions {...menu} onAction={act} onClose={() => setMenu(null)} />}
      <VaultDialogs dialog={dialog} onAction={act} />
      <KeysHelp opened={help} onClose={() => setHelp(false)} />
    </>
  );
}

/** Does what a row's menu offers: at once, or in the dialog that `show` opens. */
function useRowAct(show: (what: RowAction, row: VaultView) => void) {
  const { t } = useTranslation('vault');
  const update = useAppMutation(trpc.vault.update.mutationOptions(), {
    invalidate: [trpc.vault.pathFilter()],
    success: ({ bizId: name, state }) => t(state === 'disabled' ? 'disabled' : 'enabled', { name }),
  });
  const info = useAppMutation(trpc.vault.refreshInfo.mutationOptions(), {
    invalidate: [trpc.vault.pathFilter()],
    success: t('infoDone'),
  });
  const copy = (bizId: string) =>
    navigator.clipboard.writeText(bizId).then(
      () => notifySuccess(t('copiedBizId', { bizId })),
      // NOTE: browsers refuse the clipboard over plain http from another machine.
      () => notifySuccess(t('copyRefused')),
    );
  const navigate = useNavigate();
  return (what: RowAction, row: VaultView): void => {
    const { id } = row;
    if (what === 'copyBizId') void copy(row.bizId);
    else if (what === 'enable' || what === 'disable') {
      update.mutate({ id, enabled: what === 'enable' });
    } else if (what === 'userInfo') info.mutate({ id, which: 'user' });
    else if (what === 'accountInfo') info.mutate({ id, which: 'account' });
    else if (what === 'leases') void navigate({ to: '/leases', search: { accountId: id } });
    else show(what, row);
  };
}

/** Keys that hold wherever the focus is, but in a field or a dialog. */
function onPageKeys(search: () => void, help: () => void): () => void {
  const listen = (event: KeyboardEvent) => {
    const { target } = event;
    const busy =
      target instanceof HTMLElement &&
      target.closest('input, textarea, select, [contenteditable], [role="dialog"]') !== null;
    if (busy || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '/') search();
    else if (event.key === '?') help();
    else return;
    event.preventDefault();
  };
  window.addEventListener('keydown', listen);
  return () => window.removeEventListener('keydown', listen);
}

function Empty({ look, onClear }: { look: Look; onClear: () => void }) {
  const { t } = useTranslation(['vault', 'common']);
  if (countOf(look) === 0) {
    return <EmptyState icon={IconRefreshDot} title={t('empty')} text={t('emptyText')} />;
  }
  return (
    <EmptyState
      icon={IconFilterOff}
      title={t('noMatch')}
      text={t('noMatchText')}
      action={
        <Button variant="default" onClick={onClear}>
          {t('common:filters.clear')}
        </Button>
      }
    />
  );
}
