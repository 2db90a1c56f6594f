import { describe, expect, test } from 'vitest';
import {
  geminiCall as call,
  geminiRecipient as to,
  geminiUser as user,
} from '../../../testing/gemini-calls.ts';
import { writeSeal } from '../seals.ts';
import { SKIP_SIGNATURE as SKIP } from './gemini-seals.ts';
import { gemini } from './index.ts';

describe('a forwarded body', () => {
  const own = writeSeal({ maker: 'gemini', value: 'b3du+/8=', account: 'aaaaaaaa' });
  const other = writeSeal({ maker: 'gemini', value: 'b3Ro', account: 'bbbbbbbb' });
  const turn = (parts: object[]) => ({ contents: [user('hi'), { role: 'model', parts }] });

  test('passes as it came', () => {
    const body =
      '{ "contents" : {"parts":[{"text":"hi"}]},\n "seed": 1e0, "x": 12345678901234567890 }';
    const { body: sent, dropped } = gemini.readRequest(call(body)).forward(to());
    expect(sent.toString()).toBe(body);
    expect(dropped).toEqual([]);
  });

  test('frees the account’s own seals of their marks and touches nothing else', () => {
    const body = JSON.stringify(
      turn([
        { thought_signature: own, function_call: { name: 'f' } },
        { text: 'x', thoughtSignature: 'cGxhaW4=' },
      ]),
      null,
      1,
    );
    const request = gemini.readRequest(call(body));
    expect(request.accounts).toEqual(['aaaaaaaa']);
    const { body: sent, dropped } = request.forward(to());
    expect(sent.toString()).toBe(body.replace(own, 'b3du+/8='));
    expect(dropped).toEqual([]);
  });

  test('a seal that a client decoded and encoded again is freed of its mark too', () => {
    const recoded = Buffer.from(own, 'base64').toString('base64url').padEnd(own.length, '=');
    expect(recoded).not.toBe(own);
    const { body } = gemini
      .readRequest(call(turn([{ text: 'x', thoughtSignature: recoded }])))
      .forward(to());
    expect(JSON.parse(body.toString()).contents[1].parts[0].thoughtSignature).toBe('b3du-_8=');
  });

  test('seals of another account go, and calls get the value that stands for none', () => {
    const parts = [
      { text: 'x', thoughtSignature: other },
      { functionCall: { name: 'f', args: {} }, thoughtSignature: other },
      { functionCall: { name: 'g', args: {} }, thoughtSignature: own },
    ];
    const { body, dropped } = gemini.readRequest(call(turn(parts))).forward(to());
    expect(JSON.parse(body.toString()).contents[1].parts).toEqual([
      { text: 'x' },
      { functionCall: { name: 'f', args: {} }, thoughtSignature: SKIP },
      { functionCall: { name: 'g', args: {} }, thoughtSignature: 'b3du+/8=' },
    ]);
    expect(dropped).toEqual(['thoughtSignature']);
    const older = gemini.readRequest(call(turn(parts))).forward(to({ model: 'gemini-2.5-pro' }));
    expect(JSON.parse(older.body.toString()).contents[1].parts[1]).not.toHaveProperty(
      'thoughtSignature',
    );
  });

  test('minds what the platform lacks and its ranges, however they are spelled', () => {
    const quirks = {
      lacks: ['labels', 'generationConfig.topK'],
      ranges: { 'generationConfig.temperature': [0, 1] as const },
    };
    const body = {
      ...turn([]),
      labels: {},
      generation_config: { top_k: 3, temperature: 2, seed: 1 },
    };
    const { body: sent, dropped } = gemini.readRequest(call(body)).forward(to({ quirks }));
    expect(JSON.parse(sent.toString())).toEqual({
      ...turn([]),
      generation_config: { temperature: 1, seed: 1 },
    });
    expect(dropped).toEqual(['labels', 'generationConfig.topK']);
  });
});
