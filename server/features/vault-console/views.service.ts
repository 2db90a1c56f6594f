import { AppError } from '#shared/errors.ts';
import {
  MOST_VIEWS,
  type SavedView,
  VaultViewContent,
  type ViewCreate,
  type ViewUpdate,
} from '#shared/schemas/vault-views.ts';
import { newId } from '../../infra/ids.ts';
import type { ViewRow, ViewsRepo } from './views.repo.ts';

const EVERYTHING: VaultViewContent = {
  look: {},
  columns: { order: [], hidden: [] },
  sort: { by: 'number', descending: true },
};

export type ViewsService = ReturnType<typeof createViewsService>;

/** Views of the list that people save for themselves. Nobody sees or changes another's. */
export function createViewsService(repo: ViewsRepo) {
  return {
    list: async (userId: string): Promise<SavedView[]> => (await repo.of(userId)).map(viewOf),

    /** Throws `conflict` when the name is taken or there are too many. */
    async create(userId: string, view: ViewCreate): Promise<SavedView> {
      const made = await repo.insert(userId, newId(), MOST_VIEWS, view);
      if (made === 'full') {
        throw new AppError('conflict', `Save at most ${MOST_VIEWS} views. Delete one first.`);
      }
      return viewOf(made === 'taken' ? refuseName() : made);
    },

    /** Throws `not_found`, and `conflict` when the name is taken. */
    async update(userId: string, change: ViewUpdate): Promise<SavedView> {
      const changed = await repo.update(userId, change);
      if (changed === null) throw missing();
      return viewOf(changed === 'taken' ? refuseName() : changed);
    },

    /** Throws `not_found`. */
    async delete(userId: string, id: string): Promise<void> {
      if (!(await repo.delete(userId, id))) throw missing();
    },
  };
}

/** What an earlier version kept and this one does not understand is seen as everything. */
function viewOf({ content, ...row }: ViewRow): SavedView {
  return { ...row, content: VaultViewContent.safeParse(content).data ?? EVERYTHING };
}

function refuseName(): never {
  throw new AppError('conflict', 'You have a view of this name. Choose another name.', {
    param: 'name',
  });
}

const missing = () => new AppError('not_found', 'There is no such view. Reload the page.');
