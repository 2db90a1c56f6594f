import type { platforms as english } from '../en/platforms.ts';
import type { Translated } from '../types.ts';

export const platforms: Translated<typeof english> = {
  title: '平台',
  subtitle: '账号所在的平台。常用平台已内置，也可以添加任何兼容 OpenAI 协议的服务器。',
  add: '添加平台',
  list: '平台列表',
  column: {
    name: '平台',
    address: '接口地址',
    protocol: '协议',
    accounts: '账号数',
  },
  builtIn: '内置',
  custom: '自定义',
  inProcess: '在本机应答，无需网络',
  getKey: '前往 {{name}} 获取密钥（在新标签页打开）',
  empty: '没有平台',
  emptyText: '请刷新页面，这里应当有内置的平台。',
  protocol: { 'openai-chat': 'OpenAI 对话' },
  form: {
    createTitle: '添加平台',
    editTitle: '编辑 {{name}}',
    name: '名称',
    namePlaceholder: '自建 vLLM',
    id: '标识',
    idTaken: '该标识已被其他平台使用',
    idHint: '用于模型路由和配置文件，之后不可修改。',
    baseUrl: '接口地址',
    baseUrlHint: '即 /chat/completions 之前的部分，通常以 /v1 结尾。',
    calls: '将会请求',
    next: '下一步：为它添加账号，填写密钥；如果服务器不需要密钥，可以留空。',
  },
  refused: {
    title: '不允许访问该地址',
    next: '内网地址默认不可访问。请服务器的维护者在 <code>{{variable}}</code> 中放行并重启，例如：',
  },
  created: '已添加 {{name}}。',
  addAccountTo: '添加 {{name}} 的账号',
  saved: '已保存 {{name}}。',
  delete: {
    title: '删除 {{name}}？',
    text: '平台 {{id}} 会从列表中消失。如果仍有账号或模型路由在使用它，删除会被拒绝。',
    inUse_other: '它还有 {{count}} 个账号，请先删除这些账号。',
    confirm: '删除平台',
    done: '{{name}} 已删除。',
  },
};
