import { describe, expect, test } from 'vitest';
import type { ArrivedCall } from '../protocol.ts';
import { writeSeal } from '../seals.ts';
import { geminiCounting, readCountRequest } from './count-tokens.ts';
import { geminiModel, geminiModels } from './models-list.ts';

const call = (json: unknown): ArrivedCall => ({
  body: Buffer.from(JSON.stringify(json)),
  headers: {},
  model: 'public',
  action: 'countTokens',
  query: new URLSearchParams(),
});
const to = { model: 'gemini-3-flash', quirks: {}, account: 'aaaaaaaa' };
const contents = [{ role: 'user', parts: [{ text: 'How many?' }] }];

describe('a request to count', () => {
  test('of contents is forwarded as it came', () => {
    const request = readCountRequest(call({ contents }));
    expect(request).toMatchObject({ model: 'public' });
    expect(request.promptTexts()).toEqual(['How many?']);
    expect(request.dialogue().messages).toHaveLength(1);
    expect(request.forward(to)).toEqual({ body: call({ contents }).body, dropped: [] });
  });

  test('of a whole request counts its instructions, and names the platform’s model', () => {
    const whole = {
      model: 'models/public',
      contents,
      system_instruction: { parts: [{ text: 'Be brief.' }] },
    };
    const request = readCountRequest(call({ generate_content_request: whole }));
    expect(request.promptTexts()).toEqual(['Be brief.', 'How many?']);
    expect(JSON.parse(request.forward(to).body.toString())).toEqual({
      generate_content_request: { ...whole, model: 'models/gemini-3-flash' },
    });
  });

  test('goes without the seals of another account', () => {
    const thoughtSignature = writeSeal({ maker: 'gemini', value: 'eA==', account: 'bbbbbbbb' });
    const sealed = [{ role: 'model', parts: [{ text: 'x', thoughtSignature }] }];
    const { body, dropped } = readCountRequest(call({ contents: sealed })).forward(to);
    expect(JSON.parse(body.toString()).contents).toEqual([
      { role: 'model', parts: [{ text: 'x' }] },
    ]);
    expect(dropped).toEqual(['thoughtSignature']);
  });

  test('of nothing is refused', () => {
    expect(() => readCountRequest(call({}))).toThrow(
      expect.objectContaining({ code: 'bad_request', param: 'contents' }),
    );
  });

  test('has its path and its answer', () => {
    expect(geminiCounting.countPath('a')).toBe('/models/a:countTokens');
    expect(geminiCounting.writeCount(31)).toMatchObject({ totalTokens: 31 });
  });
});

describe('the list of models', () => {
  const models = ['c', 'a', 'b'].map((name) => ({ name, createdAt: 0 }));

  test('comes in pages, by name', () => {
    const first = geminiModels(models, new URLSearchParams('pageSize=2'));
    expect(first.models.map(({ name }) => name)).toEqual(['models/a', 'models/b']);
    const query = new URLSearchParams({ pageSize: '2', pageToken: String(first.nextPageToken) });
    const second = geminiModels(models, query);
    expect(second.models).toEqual([geminiModel({ name: 'c', createdAt: 0 })]);
    expect(second).not.toHaveProperty('nextPageToken');
  });

  test.each(['pageSize=x', 'pageSize=-1', 'pageToken=%25%25'])('%s is refused', (query) => {
    expect(() => geminiModels(models, new URLSearchParams(query))).toThrow(
      expect.objectContaining({ code: 'bad_request' }),
    );
  });
});
