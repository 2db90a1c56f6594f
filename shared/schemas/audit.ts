import { z } from 'zod';
import { Id, PageInput, Timestamp } from './common.ts';

/** What is recorded, by the area it belongs to. A feature that changes something adds its line. */
export const AUDIT_ACTIONS = [
  'setup.complete',
  'setup.apply',
  'users.create',
  'users.update',
  'users.resetPassword',
  'users.removeFactors',
  'users.acceptInvite',
  'users.register',
  'users.approve',
  'users.decline',
  'users.emailChanged',
  'users.endSessions',
  'users.delete',
  'roles.create',
  'roles.update',
  'roles.delete',
  'offSwitch.throw',
  'offSwitch.throwOwn',
  'accounts.create',
  'accounts.update',
  'accounts.delete',
  'accounts.allowPersonalLending',
  'alerts.saveSettings',
  'alerts.saveChannel',
  'alerts.deleteChannel',
  'models.create',
  'models.update',
  'models.delete',
  'models.setPrice',
  'models.deletePrice',
  'platforms.create',
  'platforms.update',
  'platforms.delete',
  'proxies.create',
  'proxies.update',
  'proxies.delete',
  'proxies.move',
  'keyRing.add',
  'keyRing.use',
  'keyRing.reseal',
  'keyRing.retire',
  'oauthClients.save',
  'oauthClients.delete',
  'vaultSecrets.create',
  'vaultSecrets.update',
  'vaultSecrets.revoke',
  'accounts.link',
  'accounts.relink',
  'pluginApi.retry',
  'pool.saveSettings',
  'registration.save',
  'quotas.set',
  'jobs.cancel',
  'vault.update',
  'vault.refresh',
  'vault.refreshInfo',
  'vault.replace',
  'vault.revealAccess',
  'vault.revealRefresh',
  'vault.saveSchedule',
  'vaultBatch.start',
  'vaultBatch.undo',
  'vaultBatch.export',
  'vaultBatch.copy',
  'vaultContract.import',
  'vaultContract.show',
  'vaultContract.saveConfig',
  'sso.signIn',
  'sso.link',
  'sso.unlink',
  'sso.saveProvider',
  'sso.deleteProvider',
  'keys.create',
  'keys.update',
  'keys.switch',
  'keys.rotate',
  'keys.endOverlap',
  'keys.revoke',
  'sessions.signIn',
  'sessions.signInFailed',
  'sessions.signOut',
  'sessions.end',
  'sessions.stepUp',
  'sessions.changePassword',
  'sessions.passwordReset',
  'tokens.signIn',
  'tokens.reuse',
  'tokens.end',
  'tokens.endAll',
  'users.joinBeta',
  'factors.confirmTotp',
  'factors.turnTotpOff',
  'factors.renewRecoveryCodes',
  'factors.addPasskey',
  'factors.renamePasskey',
  'factors.deletePasskey',
] as const;
export const AuditAction = z.enum(AUDIT_ACTIONS);
export type AuditAction = z.infer<typeof AuditAction>;

/** What something was done to. */
export const AuditTargetKind = z.enum([
  'user',
  'session',
  'role',
  'key',
  'account',
  'model',
  'platform',
  'service',
  'job',
  'oauthClient',
  'vaultSecret',
  'proxy',
  'settings',
]);
export type AuditTargetKind = z.infer<typeof AuditTargetKind>;

export const AuditFilter = z.object({
  from: Timestamp.optional(),
  to: Timestamp.optional(),
  actorId: Id.optional(),
  action: AuditAction.optional(),
  targetKind: AuditTargetKind.optional(),
  targetId: z.string().min(1).max(200).optional(),
  /** Part of the target's name, in any case. */
  target: z.string().trim().max(120).optional(),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

export const AuditListInput = PageInput.extend({ filter: AuditFilter.default({}) });
export type AuditListInput = z.infer<typeof AuditListInput>;

/** Members that changed; null where there was nothing before, or is nothing after. */
export const AuditChange = z.object({
  before: z.record(z.string(), z.json()).nullable(),
  after: z.record(z.string(), z.json()).nullable(),
});
export type AuditChange = z.infer<typeof AuditChange>;

export const AuditRow = z.object({
  /** Counts up from 1 without gaps; text, for it has no upper end. */
  seq: z.string(),
  at: Timestamp,
  /** Null = the server itself, or somebody who was not signed in. */
  actorId: Id.nullable(),
  /** As they were called then; empty for somebody unknown. */
  actorName: z.string(),
  /** One of AuditAction, unless a newer version wrote it. */
  action: z.string(),
  targetKind: z.string(),
  targetId: z.string(),
  targetName: z.string(),
  change: AuditChange,
  address: z.string(),
  requestId: Id.nullable(),
  hash: z.string(),
});
export type AuditRow = z.infer<typeof AuditRow>;

export const AuditPage = z.object({ rows: z.array(AuditRow), nextCursor: z.string().nullable() });
export type AuditPage = z.infer<typeof AuditPage>;

/**
 * Why a chain does not hold: a row says something else than its hash, rows are missing before it or
 * at the end, or there are more than were written.
 */
export const AuditFault = z.enum(['altered', 'missing', 'cut', 'added']);
export type AuditFault = z.infer<typeof AuditFault>;

export const AuditVerdict = z.object({
  checkedAt: Timestamp,
  /** How many rows were read. */
  rows: z.int(),
  /** The first one kept; older ones went with their time. */
  firstSeq: z.string(),
  lastSeq: z.string(),
  /** Note it down elsewhere: it pins everything up to there. */
  lastHash: z.string(),
  broken: z.object({ seq: z.string(), why: AuditFault }).nullable(),
});
export type AuditVerdict = z.infer<typeof AuditVerdict>;

/** The query of /audit/export. */
export const AuditExportQuery = AuditFilter.extend({
  format: z.enum(['csv', 'ndjson']).default('csv'),
});
export type AuditExportQuery = z.infer<typeof AuditExportQuery>;
