import type { profile as english } from '../en/profile.ts';
import type { Translated } from '../types.ts';

export const profile: Translated<typeof english> = {
  title: '个人设置',
  subtitle: '当前登录：{{name}}',
  appearance: {
    title: '语言与主题',
    text: '保存在此设备上。',
    language: '语言',
    theme: '主题',
  },
  password: {
    title: '密码',
    text: '修改密码后，你在其他设备上的登录会全部失效。',
    current: '当前密码',
    next: '新密码',
    nextHint: '至少 10 个字符。',
    again: '再次输入新密码',
    submit: '修改密码',
    wrong: '当前密码不正确',
    done: '密码已修改，其他设备已退出登录。',
  },
  accounts: {
    title: '账号',
    text: '你的请求先由哪些账号应答。',
    preferShared: '优先使用共享账号',
    preferSharedHint: '共享账号繁忙时才动用你自己的账号；共享账号应答的请求会消耗你的共享额度。',
    on: '之后的请求会先使用共享账号。',
    off: '之后的请求会先使用你自己的账号。',
  },
  devices: {
    title: '已登录的设备',
    text: '如果发现陌生的登录，请将其退出，然后修改密码。',
    device: '设备',
    address: '地址',
    since: '登录时间',
    until: '有效期至',
    current: '当前设备',
    unknown: '未知设备',
    browserOn: '{{system}} 上的 {{browser}}',
    end: '退出',
    endTitle: '让 {{device}} 退出登录？',
    endText: '该设备会立即退出，之后仍可凭密码重新登录。',
    ended: '该设备已退出登录。',
    empty: '没有登录记录',
    emptyText: '登录后会显示在这里。',
  },
};
