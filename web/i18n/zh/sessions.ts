import type { sessions as english } from '../en/sessions.ts';
import type { Translated } from '../types.ts';

export const sessions: Translated<typeof english> = {
  title: '登录',
  subtitle: '团队 AI 账号的统一入口。',
  username: '用户名',
  password: '密码',
  submit: '登录',
  or: '或',
  withPasskey: '使用通行密钥登录',
  second: {
    title: '还差一步',
    subtitle: '密码正确，请再验证一次身份。',
    afterLink: '新密码已设置，请再验证一次身份。',
    lost: '手机和恢复码都丢失了？请管理员移除你的第二重验证。',
  },
  forgotten: '忘记密码？请管理员发一个链接给你，重新设置即可。',
  signedOut: '你已退出登录。',
  invite: {
    title: '{{name}}，欢迎加入',
    subtitle: '设置密码后即可使用。',
    validUntil: '此链接在 {{time}} 之前有效。',
    password: '密码',
    passwordHint: '至少 10 个字符，用几个词组成一句话就很好。',
    passwordAgain: '再次输入密码',
    submit: '设置密码并登录',
    invalidTitle: '此链接已失效',
    invalidText: '链接可能已被使用、过期或被新链接取代。请向管理员索取新的链接。',
    toSignIn: '去登录',
  },
};
