export const connect = {
  title: 'Connect a tool',
  subtitle: 'Point a tool at this Gatehouse in its own protocol and use any model with one key.',
  tools: 'Tools',
  tool: 'Tool',
  group: {
    agents: 'Coding agents',
    editors: 'Editors',
    code: 'Your own code',
    chat: 'Chat apps',
  },
  basics: {
    title: 'What every tool needs',
    model: 'Model',
    modelHint: 'Every example below asks for it.',
    noModelMatch: 'No such model',
    modelNotReady: 'no account ready',
    key: 'API key',
    keyHint:
      'The examples read the key from this variable. A key is shown once, when it is <keys>created</keys>.',
    openai: 'Base URL for OpenAI tools',
    anthropic: 'Base URL for Anthropic tools',
    gemini: 'Base URL for Gemini tools',
    addressHint:
      'Anthropic and Gemini tools append the version and the rest of the path themselves, so they get the bare address.',
  },
  noKey: {
    title: 'You have no API key yet',
    text: 'Every tool needs one. It takes a minute, and one key works for all tools.',
    action: 'Create API key',
  },
  noModels: { title: 'There is no model to connect to yet' },
  notReady: {
    title: 'This model cannot answer now',
    text: '{{name}} has no account that is enabled and not cooling down.',
    accounts: 'Accounts',
  },
  docs: 'Documentation',
  ways: 'Ways to use {{name}}',
  speaks: 'Speaks',
  install: 'Needs',
  file: 'In',
  place: 'Under',
  yourKey: 'Your API key, the value of {{variable}}',
  prompt: 'Say hello in five words.',
  note: {
    curl: 'One request in each protocol, to paste into a terminal.',
    openai: 'OpenAI’s own libraries; any model answers, whatever its platform.',
    anthropic: 'Anthropic’s own libraries. The base URL has no /v1: they append it.',
    google:
      'Google’s own libraries. They append the version to the base URL: v1beta, or v1 in newer ones.',
    vercel: 'Each provider package takes the version into its base URL.',
    langchain: 'The OpenAI integration with another base URL.',
    codex: 'Start Codex from a shell in which the variable with the key is set.',
    claude:
      'All model settings are given, because Claude Code asks for small models in the background too. A key of Anthropic’s own would win, so it is unset.',
    gemini:
      'Choose “Use Gemini API Key” when it asks how to sign in. Some versions accept http only on localhost.',
    cursor:
      'Cursor’s servers send the requests, so this address must be reachable from the internet. Tab completion keeps its own model.',
    cline: 'Choose the OpenAI-compatible provider in the settings of the extension.',
    continue: 'Put the key into ~/.continue/.env: Continue does not read it from the shell.',
    openwebui:
      'It lists every model the key may use. Inside the container 127.0.0.1 is the container itself: use an address it can reach.',
    librechat: 'A custom endpoint; put the key into LibreChat’s .env file.',
  },
} as const;
