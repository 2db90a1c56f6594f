import { Anchor, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { EndedStream, Receipt } from '#shared/schemas/off-switch.ts';
import { formatDuration, formatStamp } from '../../lib/format.ts';
import { Section } from '../../ui/Section.tsx';
import { LongList } from './LongList.tsx';
import classes from './receipt.module.css';

/** What ran when the switch was thrown, and which servers said so. */
export function ReceiptStreams({ receipt }: { receipt: Receipt }) {
  const { t } = useTranslation('offSwitch');
  const { streams } = receipt;
  return (
    <Section title={t('running.title')} text={t('running.text')}>
      {streams.length === 0 ? (
        <Text c="dimmed">{t('running.none')}</Text>
      ) : (
        <LongList items={streams}>
          {(items, isHidden) => <StreamTable streams={items} isHidden={isHidden} />}
        </LongList>
      )}
      <Servers receipt={receipt} />
    </Section>
  );
}

type StreamTableProps = { streams: readonly EndedStream[]; isHidden: (at: number) => boolean };

function StreamTable({ streams, isHidden }: StreamTableProps) {
  const { t } = useTranslation('offSwitch');
  return (
    <table className={classes.streams}>
      <thead>
        <tr>
          <th scope="col">{t('running.model')}</th>
          <th scope="col" className={classes.wide}>
            {t('running.began')}
          </th>
          <th scope="col">{t('running.ended')}</th>
          <th scope="col">{t('running.request')}</th>
        </tr>
      </thead>
      <tbody>
        {streams.map((stream, at) => (
          <StreamRow key={stream.requestId} stream={stream} hidden={isHidden(at)} />
        ))}
      </tbody>
    </table>
  );
}

function StreamRow({ stream, hidden }: { stream: EndedStream; hidden: boolean }) {
  const { t } = useTranslation('offSwitch');
  const { door, model, ms, requestId, startedAt } = stream;
  return (
    <tr className={hidden ? classes.hidden : undefined}>
      <td>
        {model || door || t('running.lookup')}
        {stream.stream && (
          <Text span c="dimmed" fz="xs">
            {' '}
            · {t('running.stream')}
          </Text>
        )}
      </td>
      <td className={classes.wide}>
        <time dateTime={startedAt}>{formatStamp(startedAt)}</time>
      </td>
      <td>{ms === null ? t('running.notEnded') : formatDuration(ms)}</td>
      <td>
        <Anchor
          fz="sm"
          renderRoot={(props) => <Link {...props} to="/why/$id" params={{ id: requestId }} />}
        >
          <span className={classes.screen}>{t('running.why')}</span>
          <code className={classes.paper}>{requestId}</code>
        </Anchor>
      </td>
    </tr>
  );
}

function Servers({ receipt: { following, servers } }: { receipt: Receipt }) {
  const { t } = useTranslation('offSwitch');
  if (servers.length === 0) return null;
  const missing = following === 'waiting' ? t('running.waiting') : t('running.silent');
  return (
    <>
      <Text fz="sm" fw={550} mt="md">
        {t('running.servers')}
      </Text>
      <ul className={classes.things}>
        {servers.map(({ id, ms }) => (
          <li key={id}>
            <code className={classes.detail} title={id}>
              {id.slice(-8)}
            </code>{' '}
            {ms === null ? missing : t('running.answered', { time: formatDuration(ms) })}
          </li>
        ))}
      </ul>
    </>
  );
}
