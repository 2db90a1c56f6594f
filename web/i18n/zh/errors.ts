import type { errors as english } from '../en/errors.ts';
import type { Translated } from '../types.ts';

export const errors: Translated<typeof english> = {
  bad_request: { title: '填写的内容有误', hint: '请修改后重试。' },
  body_too_large: { title: '内容过大', hint: '请减少单次提交的内容。' },
  not_signed_in: { title: '登录已失效', hint: '请重新登录后再试。' },
  key_missing: { title: '请求未携带 API 密钥', hint: '请带上密钥后重试。' },
  key_invalid: { title: 'API 密钥无效', hint: '请检查密钥，或在“API 密钥”页面新建一个。' },
  sign_in_failed: { title: '用户名或密码错误', hint: '请检查后重试，也可请管理员重置密码。' },
  token_invalid: { title: '访问令牌无效', hint: '请重新登录。' },
  token_expired: { title: '访问令牌已过期', hint: '请刷新令牌或重新登录。' },
  token_revoked: { title: '该登录已结束', hint: '请重新登录。' },
  second_factor_needed: { title: '需要第二重验证', hint: '请提供验证器应用的代码或恢复代码。' },
  forbidden: { title: '没有权限执行此操作', hint: '如有需要，请联系管理员。' },
  wrong_origin: { title: '请求来自其他地址', hint: '请从控制台自身的地址打开后重试。' },
  user_disabled: { title: '该用户已停用', hint: '管理员可以重新启用。' },
  user_pending: {
    title: '你还不能登录',
    hint: '需要管理员先批准，或先确认你的邮箱地址。',
  },
  registration_closed: {
    title: '这里不能自行注册',
    hint: '请向管理员索取邀请。',
  },
  mail_not_sent: {
    title: '邮件没有发出',
    hint: '管理员可在注册页面看到原因。',
  },
  user_silenced: { title: '该用户可以查看，但不能调用模型', hint: '管理员可以解除禁言。' },
  step_up_needed: {
    title: '请再次验证身份',
    hint: '没有做任何更改。请重试，并在弹出的窗口中完成验证。',
  },
  passkey_refused: { title: '通行密钥验证失败', hint: '请重试，或改用其他方式。' },
  sso_state_invalid: {
    title: '这次登录已失效',
    hint: '可能超时、已被使用，或是在另一个浏览器中开始的。请重新开始。',
  },
  sso_exchange_failed: {
    title: '对方服务没有确认登录',
    hint: '请重新开始。如果一直失败，请管理员测试该服务的设置。',
  },
  sso_user_info_failed: {
    title: '对方服务没有告知你的身份',
    hint: '请重新开始。如果一直失败，请管理员检查该服务的字段设置。',
  },
  sso_refused: {
    title: '无法通过此服务进入',
    hint: '请换一种方式登录，或联系管理员。',
  },
  proof_refused: {
    title: '无法以此确认是你本人',
    hint: '请回到原来的页面再试一次。',
  },
  model_not_allowed: { title: '此密钥不能使用该模型', hint: '请换一个模型，或修改密钥的设置。' },
  scope_missing: { title: '此密钥不能用于该用途', hint: '请为密钥添加相应用途，或换一个密钥。' },
  address_not_allowed: {
    title: '不能从当前地址使用此密钥',
    hint: '密钥的所有者可以在其设置中允许该地址。',
  },
  outbound_refused: {
    title: '不允许访问该地址',
    hint: '内网地址需要先在 OUTBOUND_ALLOW 中放行。',
  },
  not_found: { title: '内容已不存在', hint: '请刷新页面查看最新内容。' },
  previous_response_not_found: {
    title: '要继续的回答没有保存在这里',
    hint: '它已被删除或已过期，请发送完整的对话。',
  },
  model_not_found: { title: '没有这个模型', hint: '可在“模型”页面查看可用的名称。' },
  method_not_allowed: { title: '服务器不支持此操作', hint: '请刷新页面。' },
  unsupported_media_type: { title: '服务器无法识别提交的内容', hint: '请刷新页面。' },
  conflict: { title: '与现有内容冲突', hint: '请修改后重试。' },
  bound_elsewhere: {
    title: '只有另一个账号能够继续',
    hint: '请稍后再试，或开始新的对话。',
  },
  not_offered: { title: '该模型不提供此功能', hint: '请选择提供此功能的平台上的模型。' },
  setup_done: { title: '初始设置已经完成', hint: '请直接登录。' },
  too_many_tries: { title: '尝试次数过多', hint: '请稍后再试。' },
  rate_limited: { title: '请求过于频繁', hint: '请稍后再试。' },
  quota_exhausted: {
    title: '今日额度已用完',
    hint: '额度将在服务器所在时区零点重置，也可以申请提高上限。',
  },
  no_account: {
    title: '目前没有可用的账号',
    hint: '请为该模型的任一平台添加或启用账号。',
  },
  upstream_refused: { title: '平台拒绝了请求', hint: '请查看平台返回的信息。' },
  upstream_rate_limited: { title: '平台正在限流', hint: '请稍后再试，或再添加一个账号。' },
  upstream_failed: { title: '平台出错了', hint: '请稍后再试。' },
  upstream_timeout: { title: '平台响应超时', hint: '请稍后再试。' },
  proxy_failed: {
    title: '代理出错了',
    hint: '没有绕过代理发送任何内容。请检查代理，或稍后再试。',
  },
  refresh_failed: {
    title: '无法续期该账号',
    hint: '原因见账号页面。请重新登录该账号，或稍后再试。',
  },
  client_closed: { title: '已停止', hint: '请求在得到回复之前被中止。' },
  ended_by_admin: { title: '已被管理员终止', hint: '此人正在运行的请求已全部终止。请联系管理员。' },
  ended_by_owner: {
    title: '已被本人终止',
    hint: '此人终止了自己的一切。请登录并新建密钥后继续。',
  },
  shutting_down: { title: '服务器正在重启', hint: '请过几秒再试。' },
  storage_unavailable: {
    title: '无法连接数据库',
    hint: '请稍后再试；如果持续出现，请联系服务器的维护者。',
  },
  internal: { title: '服务器内部出错', hint: '请重试。凭请求编号可以查到对应日志。' },
  network: { title: '无法连接服务器', hint: '请检查网络，并确认 Gatehouse 正在运行。' },
  retryIn: '请在 {{time}}后重试。',
};
