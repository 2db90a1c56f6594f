import type { setup as english } from '../en/setup.ts';
import type { Translated } from '../types.ts';

export const setup: Translated<typeof english> = {
  title: '欢迎使用 Gatehouse',
  subtitle: '创建第一位管理员，只需一分钟，所有数据都留在这台服务器上。',
  username: '用户名',
  usernameHint: '使用小写字母，登录时填写。',
  password: '密码',
  passwordHint: '至少 10 个字符，用几个词组成一句话就很好。',
  passwordAgain: '再次输入密码',
  submit: '创建管理员',
  token: {
    missingTitle: '需要初始设置链接',
    missingText:
      '为了安全，只有能看到终端的人才能创建第一位管理员。请查看启动 Gatehouse 的终端，其中打印了以 <code>{{example}}</code> 结尾的链接，用浏览器打开它即可。',
    refusedTitle: '此设置链接无效',
    refusedText:
      '每次启动都会打印新的链接，旧链接随即失效。请查看终端或重启 Gatehouse，然后打开最新的链接。',
  },
  done: { title: 'Gatehouse 已完成设置', text: '请登录后继续。', action: '去登录' },
  start: {
    title: '距离第一次回答只差几步',
    text: '一共三步，大约两分钟。完成后此面板会自动消失。',
    progress: '已完成 {{done}} / {{total}}',
    sandbox: '用沙盒快速开始',
    sandboxHint: '手边没有平台账号？内置沙盒无需联网即可应答。',
    sandboxDone: '沙盒已就绪。接下来可以创建密钥，或直接在试用台体验。',
    sandboxAccount: '沙盒',
    account: {
      title: '添加账号',
      text: '填入某个平台的 API 密钥，保存后立即加密，不再显示。',
      action: '添加账号',
    },
    model: {
      title: '添加模型',
      text: '设置工具请求时使用的名称，以及由哪些平台来应答。',
      action: '添加模型',
      ask: '模型由管理员添加。',
    },
    key: {
      title: '创建 API 密钥',
      text: '你的工具用它代替各平台的密钥。',
      action: '创建密钥',
    },
    tryIt: '去试用台体验',
    connect: '接入工具',
    doneStep: '已完成',
  },
};
