import type { fields as english } from '../en/fields.ts';
import type { Translated } from '../types.ts';

export const fields: Translated<typeof english> = {
  required: '请填写此项',
  number: '请输入数字',
  wholeNumber: '请输入整数',
  url: '请输入以 http:// 或 https:// 开头的地址',
  email: '请输入邮箱地址，例如 ada@example.com',
  domain: '请输入域名，例如 example.com',
  confirmed: '限定域名时，邮箱必须确认',
  date: '请输入日期和时间',
  recoveryCode: '恢复码由十六个字母和数字组成',
  sixDigits: '请输入六位数字',
  tooShort: '至少 {{n}} 个字符',
  tooLong: '最多 {{n}} 个字符',
  tooSmall: '不能小于 {{n}}',
  tooBig: '不能大于 {{n}}',
  tooFew: '至少选择 {{n}} 项',
  tooMany: '最多选择 {{n}} 项',
  invalid: '内容无效',
  passwordLong: '最多 72 个字节，请缩短密码',
  passwordMismatch: '两次输入的密码不一致',
  username: '只能使用小写字母、数字和 . _ @ -，并以字母或数字开头',
  platformId: '只能使用小写字母、数字和短横线',
  modelName: '只能使用字母、数字和 . _ : / @ + -',
  upstreamKey: '密钥不能包含空格，只能使用普通字符',
  fieldPath: '用点分隔的名称，例如 user.name',
};
