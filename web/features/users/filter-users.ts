import type { UserView } from '#shared/schemas/users.ts';

/** The users that fit: every word occurs in the user name or the display name. */
export function filterUsers(users: readonly UserView[], text: string): readonly UserView[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return users;
  return users.filter(({ displayName, username }) => {
    const names = `${displayName} ${username}`.toLowerCase();
    return words.every((word) => names.includes(word));
  });
}
