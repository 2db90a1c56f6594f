import { z } from 'zod';
import { ApplyDocument } from '#shared/schemas/apply.ts';

/** The JSON Schema of set-up files, as published in docs/apply.schema.json. */
export function applySchema() {
  return {
    title: 'Gatehouse set-up file',
    description: 'What npm run apply and GATEHOUSE_APPLY read; see docs/apply.md.',
    ...z.toJSONSchema(ApplyDocument, { io: 'input' }),
  };
}
