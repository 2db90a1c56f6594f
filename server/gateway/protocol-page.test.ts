import { expect, test } from 'vitest';
import { protocolsPage } from '../testing/matrix/page.ts';

test('docs/protocols.md says what the code does', async () => {
  await expect(protocolsPage()).toMatchFileSnapshot('../../docs/protocols.md');
});
