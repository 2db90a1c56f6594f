export const setup = {
  title: 'Welcome to Gatehouse',
  subtitle: 'Create the first admin. It takes a minute, and nothing leaves this server.',
  username: 'User name',
  usernameHint: 'Lower case; you sign in with it.',
  password: 'Password',
  passwordHint: 'At least 10 characters. A few words make a good one.',
  passwordAgain: 'Password again',
  submit: 'Create admin',
  token: {
    missingTitle: 'The set-up link is needed',
    missingText:
      'For safety, only someone who can see the terminal may create the first admin. Look where Gatehouse was started: it printed a link that ends in <code>{{example}}</code>. Open that link.',
    refusedTitle: 'This set-up link does not work',
    refusedText:
      'Each start prints a new link, and the older ones stop working. Look at the terminal, or restart Gatehouse, and open the newest link.',
  },
  done: { title: 'Gatehouse is already set up', text: 'Sign in to go on.', action: 'Sign in' },
  start: {
    title: 'From here to the first answer',
    text: 'Three steps, about two minutes. This panel goes away when they are done.',
    progress: '{{done}} of {{total}} done',
    sandbox: 'Start with the sandbox',
    sandboxHint: 'No provider account at hand? The built-in sandbox answers without a network.',
    sandboxDone: 'The sandbox is ready. Next: create a key, or try it in the playground.',
    sandboxAccount: 'Sandbox',
    account: {
      title: 'Add an account',
      text: 'An API key of a provider. It is sealed at once and never shown again.',
      action: 'Add an account',
    },
    model: {
      title: 'Add a model',
      text: 'The name your tools ask for, and the platforms that answer.',
      action: 'Add a model',
      ask: 'An admin adds the models.',
    },
    key: {
      title: 'Create an API key',
      text: 'Your tools use it in place of a provider’s key.',
      action: 'Create a key',
    },
    tryIt: 'Try it in the playground',
    connect: 'Connect a tool',
    doneStep: 'Done',
  },
} as const;
