import { anthropicSdk } from './anthropic-sdk.ts';
import { librechat, openWebui } from './chat-apps.ts';
import { claudeCode } from './claude-code.ts';
import { codex } from './codex.ts';
import { curl } from './curl.ts';
import { cline, continueDev, cursor } from './editors.ts';
import { geminiCli } from './gemini-cli.ts';
import { googleSdk } from './google-sdk.ts';
import type { ToolId } from './groups.ts';
import { langchain } from './langchain.ts';
import { openaiSdk } from './openai-sdk.ts';
import type { ToolSpec } from './tool.ts';
import { vercelAi } from './vercel-ai.ts';

/** Every tool the page knows. */
export const TOOLS: Readonly<Record<ToolId, ToolSpec>> = {
  curl,
  openai: openaiSdk,
  anthropic: anthropicSdk,
  google: googleSdk,
  vercel: vercelAi,
  langchain,
  codex,
  claude: claudeCode,
  gemini: geminiCli,
  cursor,
  cline,
  continue: continueDev,
  openwebui: openWebui,
  librechat,
};
