export { parseImport } from './parse-import.ts';
