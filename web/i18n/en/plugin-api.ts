/** Accounts at the Plug-in API. */
export const pluginApi = {
  failed: {
    title_one: '{{count}} account at the Plug-in API could not be made',
    title_other: '{{count}} accounts at the Plug-in API could not be made',
    text: 'It is tried again by itself, later each time. Nobody has to wait for it to sign in.',
    person: 'Person',
    reason: 'What went wrong',
    next: 'Next try',
    retry: 'Try again',
    retryNamed: 'Try again for {{name}}',
    retryAll: 'Try all again',
    retried_one: 'It is tried again for {{count}} person.',
    retried_other: 'It is tried again for {{count}} people.',
  },
  mine: {
    title: 'Plug-in API',
    text: 'Gatehouse keeps an account for you there. It serves you only; you find it among your accounts, and can switch it off there.',
    next: 'Next try: {{time}}',
    states: {
      pending: 'Being made',
      ready: 'Ready',
      failed: 'Could not be made yet',
      removed: 'Removed; ask an admin to make it again',
    },
  },
} as const;
