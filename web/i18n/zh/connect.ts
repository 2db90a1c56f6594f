import type { connect as english } from '../en/connect.ts';
import type { Translated } from '../types.ts';

export const connect: Translated<typeof english> = {
  title: '接入工具',
  subtitle: '让工具以自己的协议连接本 Gatehouse，一个密钥即可使用任何模型。',
  tools: '工具列表',
  tool: '工具',
  group: {
    agents: '编程智能体',
    editors: '编辑器',
    code: '自己的代码',
    chat: '聊天应用',
  },
  basics: {
    title: '每个工具都需要',
    model: '模型',
    modelHint: '下面的示例都使用这个模型。',
    noModelMatch: '没有这个模型',
    modelNotReady: '无可用账号',
    key: 'API 密钥',
    keyHint: '示例从这个环境变量读取密钥。密钥只在<keys>创建</keys>时显示一次。',
    openai: 'OpenAI 类工具的接口地址',
    anthropic: 'Anthropic 类工具的接口地址',
    gemini: 'Gemini 类工具的接口地址',
    addressHint: 'Anthropic 和 Gemini 类工具会自行追加版本号和其余路径，只需填写根地址。',
  },
  noKey: {
    title: '你还没有 API 密钥',
    text: '每个工具都需要密钥。创建只需一分钟，一个密钥可用于所有工具。',
    action: '创建 API 密钥',
  },
  noModels: { title: '还没有可以接入的模型' },
  notReady: {
    title: '这个模型目前无法回答',
    text: '{{name}} 没有已启用且不在冷却中的账号。',
    accounts: '账号',
  },
  docs: '官方文档',
  ways: '{{name}} 的使用方式',
  speaks: '协议',
  install: '需要先执行',
  file: '写入',
  place: '位置：',
  yourKey: '你的 API 密钥，即 {{variable}} 的值',
  prompt: '用五个词打个招呼。',
  note: {
    curl: '每种协议一个请求，可直接粘贴到终端。',
    openai: 'OpenAI 官方库；无论模型属于哪个平台都能回答。',
    anthropic: 'Anthropic 官方库。接口地址不带 /v1，库会自行追加。',
    google: 'Google 官方库。库会在接口地址后自行追加版本号：v1beta，新版为 v1。',
    vercel: '各个 provider 包的接口地址都要带上版本号。',
    langchain: '使用 OpenAI 集成，只换接口地址。',
    codex: '请在已设置密钥变量的终端中启动 Codex。',
    claude:
      'Claude Code 在后台还会使用小模型，因此这里列出全部模型设置。Anthropic 自己的密钥优先级更高，所以先取消它。',
    gemini: '询问登录方式时选择“Use Gemini API Key”。部分版本只允许 localhost 使用 http。',
    cursor:
      '请求由 Cursor 的服务器发出，因此这个地址必须能从互联网访问。Tab 补全仍使用 Cursor 自己的模型。',
    cline: '在扩展的设置中选择 OpenAI Compatible。',
    continue: '请把密钥写入 ~/.continue/.env：Continue 不会从终端环境读取它。',
    openwebui:
      '它会列出密钥可用的所有模型。容器里的 127.0.0.1 指容器自身，请使用容器能访问的地址。',
    librechat: '自定义接入点；请把密钥写入 LibreChat 的 .env 文件。',
  },
};
