export type { ImportProblem, ImportRow } from './import-row.ts';
export { cleanTags, isToken, tagsOf } from './import-row.ts';
export { parseImport } from './parse-import.ts';
