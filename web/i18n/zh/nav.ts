import type { nav as english } from '../en/nav.ts';
import type { Translated } from '../types.ts';

export const nav: Translated<typeof english> = {
  skip: '跳到正文',
  menu: '菜单',
  openMenu: '打开菜单',
  closeMenu: '关闭菜单',
  main: '主导航',
  group: { overview: '概览', connect: '接入', access: '访问', insight: '洞察' },
  dashboard: '仪表盘',
  playground: '试用台',
  accounts: '账号',
  models: '模型',
  platforms: '平台',
  pool: '共享池',
  keys: 'API 密钥',
  connect: '接入工具',
  roles: '角色',
  users: '用户',
  usage: '用量',
  audit: '审计日志',
  profile: '个人设置',
  signOut: '退出登录',
  userMenu: '我的账户',
  language: '语言',
  theme: '主题',
  themes: { light: '浅色', dark: '深色', auto: '跟随系统' },
  quick: {
    open: '快速跳转…',
    placeholder: '输入页面名称',
    empty: '没有匹配的页面',
    list: '页面',
  },
  notFound: {
    title: '这里什么也没有',
    text: '地址可能输错了，或者页面已被移走。',
    home: '返回仪表盘',
  },
  crashed: {
    title: '这个页面出错了',
    text: '控制台的其他部分仍可正常使用。请重试；如果反复出现，请把操作步骤告诉管理员。',
  },
};
