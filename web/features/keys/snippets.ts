export type SnippetKind = 'curl' | 'python' | 'typescript';

export type SnippetInput = {
  /** Where this server is reached, e.g. `https://gate.example.com`. */
  origin: string;
  secret: string;
  model: string;
  /** What the example asks. */
  prompt: string;
};

/** JSON inside single quotes of a shell: a quote in it ends them, adds itself, and opens them again. */
function shellJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll("'", `'\\''`);
}

/** A first request that can be pasted and run as it is. */
export function snippet(
  kind: SnippetKind,
  { origin, secret, model, prompt }: SnippetInput,
): string {
  const base = `${origin}/v1`;
  // NOTE: JSON strings are valid in Python and TypeScript alike, whatever is in them.
  const text = JSON.stringify(prompt);
  switch (kind) {
    case 'curl':
      return [
        `curl ${base}/chat/completions \\`,
        `  -H "Authorization: Bearer ${secret}" \\`,
        '  -H "Content-Type: application/json" \\',
        `  -d '${shellJson({ model, messages: [{ role: 'user', content: prompt }] })}'`,
      ].join('\n');
    case 'python':
      return [
        'from openai import OpenAI',
        '',
        'client = OpenAI(',
        `    base_url="${base}",`,
        `    api_key="${secret}",`,
        ')',
        'answer = client.chat.completions.create(',
        `    model="${model}",`,
        `    messages=[{"role": "user", "content": ${text}}],`,
        ')',
        'print(answer.choices[0].message.content)',
      ].join('\n');
    case 'typescript':
      return [
        "import OpenAI from 'openai';",
        '',
        'const client = new OpenAI({',
        `  baseURL: '${base}',`,
        `  apiKey: '${secret}',`,
        '});',
        'const answer = await client.chat.completions.create({',
        `  model: '${model}',`,
        `  messages: [{ role: 'user', content: ${text} }],`,
        '});',
        'console.log(answer.choices[0]?.message.content);',
      ].join('\n');
  }
}

/** What must be installed first; null where nothing is. */
export const INSTALL: Readonly<Record<SnippetKind, string | null>> = {
  curl: null,
  python: 'pip install openai',
  typescript: 'npm install openai',
};
