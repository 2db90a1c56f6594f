import type { keyRing as english } from '../en/key-ring.ts';
import type { Translated } from '../types.ts';

export const keyRing: Translated<typeof english> = {
  title: '密钥环',
  subtitle: '用于加密所存凭据的密钥。更换步骤：添加新密钥、启用它、重新加密全部内容、停用旧密钥。',
  add: '添加密钥',
  list: '密钥列表',
  added: '已添加密钥 {{id}}；启用之前它只用于解密。',
  begun: '正在重新加密全部内容。',
  used: '从现在起使用密钥 {{id}} 加密。',
  retired: '已停用密钥 {{id}}。',
  missing: '不在密钥环中',
  column: { key: '密钥', state: '状态', values: '已加密的值' },
  state: {
    current: '用于加密',
    opens: '仅用于解密',
    missing: '缺失',
    lacking_other: '{{count}} 台服务器缺少它',
  },
  use: {
    open: '用此密钥加密',
    title: '从现在起用密钥 {{id}} 加密？',
    text: '所有服务器都会用它加密新内容；已加密的内容保持不变，直到重新加密。请先备份 secrets.json。',
    confirm: '启用密钥',
  },
  retire: {
    open: '停用',
    inUse: '停用（请先重新加密它的值）',
    title: '停用密钥 {{id}}？',
    text: '它将从 secrets.json 中移除。此前的数据库备份仍需要它：请把 secrets.json 的副本与备份一起保存。',
    confirm: '停用密钥',
  },
  reseal: {
    title: '重新加密',
    text: '在后台进行，不影响使用。重启会中断它，之后可以再次开始。',
    begin: '重新加密全部内容',
    none: '全部内容均由当前密钥加密。',
    left_other: '还有 {{count}} 个值由旧密钥加密。',
    done_other: '已重新加密 {{count}} 个。',
    failed: '已中断。请再次开始，它会从中断处继续。',
    damaged: '以下内容无法解密，请重新输入或删除。',
  },
  servers: {
    title: '服务器',
    text: '只有每台服务器都拥有某个密钥之后，才能启用它。',
    self: '（本机）',
    has: '拥有 {{keys}}（来自 {{from}}），使用 {{current}} 加密',
    from: { file: 'secrets.json', environment: 'KEY_RING' },
  },
};
