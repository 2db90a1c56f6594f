import { expect, test } from 'vitest';
import { ChannelSave } from '#shared/schemas/alerts.ts';
import { fromChannel, newChannel, toChannelSave } from './channel-form.ts';

const ID = '01960000-0000-7000-8000-000000000001';

test('a new channel has no quiet hours, and a zone', () => {
  const values = { ...newChannel('slack', 'zh'), name: 'team' };
  const saved = ChannelSave.parse(toChannelSave(values, null));
  expect(saved).toMatchObject({ quietFrom: null, quietTo: null, language: 'zh' });
  expect(saved).not.toHaveProperty('id');
  expect(saved.zone).not.toBe('');
});

test('one that is changed keeps its hours and sends no secret it does not have', () => {
  const values = fromChannel({
    ...{ id: ID, kind: 'webhook', name: 'hook', kinds: ['disk.low'], severity: 'info' },
    ...{ enabled: false, quietFrom: 1_325, quietTo: 0, zone: 'Asia/Tokyo', language: 'en' },
    ...{ shown: 'https://hook.example/…', to: [], chatId: '', hasSecret: true, last: null },
  });
  expect(values).toMatchObject({ quietFrom: '22:05', quietTo: '00:00' });
  expect(ChannelSave.parse(toChannelSave(values, ID))).toMatchObject({
    ...{ id: ID, quietFrom: 1_325, quietTo: 0, target: { url: '', secret: '' } },
  });
});
