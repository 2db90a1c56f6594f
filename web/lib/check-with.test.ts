import i18next from 'i18next';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { AccountCreate } from '#shared/schemas/accounts.ts';
import { NewPassword, Role, Rpm, Username } from '#shared/schemas/common.ts';
import { ModelName } from '#shared/schemas/models.ts';
import { BaseUrl, PlatformId } from '#shared/schemas/platforms.ts';
import { ProxyUrl } from '#shared/schemas/proxies.ts';
import { zh } from '../i18n/zh/index.ts';
import { checkWith } from './check-with.ts';
import { translateFieldMessages } from './field-messages.ts';

const Everything = z.object({
  username: Username,
  password: NewPassword,
  rpm: Rpm,
  model: ModelName,
  platform: PlatformId,
  role: Role,
  proxy: ProxyUrl,
  url: BaseUrl,
  apiKey: AccountCreate.shape.apiKey,
});

beforeAll(async () => {
  await i18next.init({ lng: 'zh', resources: { zh } });
  translateFieldMessages();
});

const GOOD = {
  username: 'ada',
  password: 'long enough to pass',
  rpm: 5,
  model: 'm',
  platform: 'lab',
  role: 'member',
  proxy: 'socks5://proxy.example:1080',
  url: 'https://a.example/v1',
};

describe('checkWith', () => {
  test('is silent about good values', () => {
    expect(checkWith(Everything)(GOOD)).toEqual({});
  });

  test.each([
    ['username', 'A B', '只能使用小写字母、数字和 . _ @ -，并以字母或数字开头'],
    ['username', undefined, '请填写此项'],
    ['password', 'short', '至少 10 个字符'],
    ['password', '长'.repeat(30), '最多 72 个字节，请缩短密码'],
    ['rpm', 0, '不能小于 1'],
    ['rpm', 1.5, '请输入整数'],
    ['rpm', 'x', '请输入数字'],
    ['model', '', '请填写此项'],
    ['platform', 'A b', '只能使用小写字母、数字和短横线'],
    ['role', '', '请填写此项'],
    ['role', '1st', '只能使用小写字母、数字和短横线，并以字母开头'],
    ['proxy', 'proxy.example', '请以 http://、https:// 或 socks5:// 开头，后接主机和端口'],
    ['url', 'ftp://a.example', '请输入以 http:// 或 https:// 开头的地址'],
    ['apiKey', 'a key with spaces', '密钥不能包含空格，只能使用普通字符'],
  ])('says in the reader’s language what is wrong with %s = %j', (field, value, message) => {
    expect(checkWith(Everything)({ ...GOOD, [field]: value })).toEqual({ [field]: message });
  });
});
