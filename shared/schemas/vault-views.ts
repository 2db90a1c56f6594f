import { z } from 'zod';
import { Id } from './common.ts';
import { VaultFailure, VaultFilter, VaultSort } from './vault.ts';

/** Hours within which an access token ends; 0 = it has ended. */
export const EXPIRY_STEPS = [0, 1, 24, 168] as const;

const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

/** What a person narrowed the list to: days and spans instead of times, so that it can be kept. */
export const VaultLook = z.object({
  ...VaultFilter.pick({
    ...{ ownerId: true, platformId: true, bizId: true, email: true, tag: true, plan: true },
    ...{ enabled: true, proxyId: true, clientId: true },
  }).shape,
  failure: VaultFailure.optional(),
  expiresWithin: z.literal(EXPIRY_STEPS).optional(),
  createdFrom: Day.optional(),
  createdTo: Day.optional(),
  /** One day of the calendar. */
  day: z.object({ what: z.enum(['expires', 'refreshes']), day: Day }).optional(),
});
export type VaultLook = z.infer<typeof VaultLook>;

/** Names of columns; the console knows which there are. */
const Columns = z.array(z.string().min(1).max(40)).max(60);

/** How the list is seen: what is in it, which columns it has and how it is sorted. */
export const VaultViewContent = z.object({
  look: VaultLook,
  columns: z.object({ order: Columns, hidden: Columns }),
  sort: z.object({ by: VaultSort, descending: z.boolean() }),
});
export type VaultViewContent = z.infer<typeof VaultViewContent>;

export const ViewName = z.string().trim().min(1).max(60);

/** A view that a person saved; nobody else sees it. */
export const SavedView = z.object({
  id: Id,
  name: z.string(),
  /** What the list opens with; one of a person at most. */
  isDefault: z.boolean(),
  content: VaultViewContent,
});
export type SavedView = z.infer<typeof SavedView>;

/** So many views a person may save. */
export const MOST_VIEWS = 50;

export const ViewCreate = z.object({
  name: ViewName,
  content: VaultViewContent,
  isDefault: z.boolean().default(false),
});
export type ViewCreate = z.infer<typeof ViewCreate>;

export const ViewUpdate = z.object({
  id: Id,
  name: ViewName.optional(),
  content: VaultViewContent.optional(),
  isDefault: z.boolean().optional(),
});
export type ViewUpdate = z.infer<typeof ViewUpdate>;
