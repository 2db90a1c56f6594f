import { Button, Checkbox, Group, Text } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SearchField } from '../../ui/SearchField.tsx';
import classes from './models.module.css';
import { type Offer, searchOffers } from './offered-models.ts';

type OfferListProps = {
  offers: readonly Offer[];
  /** Public names. */
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
};

const ROW_PX = 38;

/** A platform's list with search and ticks; thousands of entries stay quick. */
export function OfferList({ offers, chosen, onChange }: OfferListProps) {
  const { t } = useTranslation('models');
  const [text, setText] = useState('');
  const shown = searchOffers(offers, text);
  const addable = shown.filter(({ status, name }) => status === 'new' && !chosen.has(name));

  function toggle(name: string, on: boolean) {
    const next = new Set(chosen);
    if (on) next.add(name);
    else next.delete(name);
    onChange(next);
  }

  return (
    <div>
      <SearchField
        label={t('many.search')}
        placeholder={t('many.search')}
        value={text}
        onChange={setText}
      />
      <Group justify="space-between" my={6} gap="xs" mih={30}>
        <Text fz="sm" role="status" className="gh-figures">
          {t('many.chosen', { count: chosen.size })}
        </Text>
        <Group gap={4}>
          {addable.length > 0 && (
            <Button
              variant="subtle"
              size="compact-sm"
              onClick={() => onChange(new Set([...chosen, ...addable.map(({ name }) => name)]))}
            >
              {t('many.all', { count: addable.length })}
            </Button>
          )}
          {chosen.size > 0 && (
            <Button variant="subtle" size="compact-sm" onClick={() => onChange(new Set())}>
              {t('many.clear')}
            </Button>
          )}
        </Group>
      </Group>
      {shown.length === 0 ? (
        <Text c="dimmed" p="md">
          {offers.length === 0 ? t('many.none') : t('many.noMatch')}
        </Text>
      ) : (
        <Rows shown={shown} chosen={chosen} onToggle={toggle} />
      )}
    </div>
  );
}

type RowsProps = {
  shown: readonly Offer[];
  chosen: ReadonlySet<string>;
  onToggle: (name: string, on: boolean) => void;
};

function Rows({ shown, chosen, onToggle }: RowsProps) {
  const { t } = useTranslation('models');
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  return (
    <section ref={scroller} className={classes.offers} aria-label={t('many.list')}>
      <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const offer = shown[index];
          if (!offer) return null;
          const { name, upstream, status } = offer;
          return (
            // biome-ignore lint/a11y/noLabelWithoutControl: the tick inside is the control
            <label
              key={name}
              className={classes.offer}
              style={{ height: ROW_PX, transform: `translateY(${start}px)` }}
            >
              <Checkbox
                size="sm"
                checked={chosen.has(name)}
                disabled={status !== 'new'}
                onChange={(event) => onToggle(name, event.currentTarget.checked)}
              />
              <span className={classes.offerName} title={upstream}>
                {name}
              </span>
              {status !== 'new' && <small>{t(`many.${status}`)}</small>}
            </label>
          );
        })}
      </div>
    </section>
  );
}
