export type { SsoBegun, SsoCaller, SsoDoor, SsoIdentified } from './ports.ts';
