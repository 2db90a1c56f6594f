export { createImportOldRepo } from './import-old.repo.ts';
export { type ImportOldReport, importOld } from './import-old.ts';
export type { ImportProblem, ImportRow } from './import-row.ts';
export { cleanTags, isToken, tagsOf } from './import-row.ts';
export { readOldDatabase } from './oai-rt.ts';
export { createImportParser, type ParseImport } from './parse-apart.ts';
export { readDump, readSqlite } from './read-database.ts';
