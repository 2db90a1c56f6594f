import fc from 'fast-check';

/** What stands in no member that expects anything else. */
const WRONG = [
  ...['null', 'true', '-1', '0', '1.5', '1e999', '9007199254740993', '""', '"x"', '"__proto__"'],
  ...['[]', '[null]', '[[]]', '["x"]', '[{}]', '{}', '{"a":{}}', '{"__proto__":1}', '{"type":"x"}'],
  ...['{"type":"text","text":[]}', '{"role":"x","content":{}}', '"\\ud800"', '"data:,"'],
];

type Path = readonly (string | number)[];

/** The body once for each member and each value that is wrong there. */
export function* withEachMember(body: unknown): Generator<string> {
  for (const path of pathsIn(body)) {
    yield written(body, path, () => undefined);
    for (const wrong of WRONG) yield written(body, path, () => wrong);
  }
}

/** Nested as deep as a body may be, and a little less: what walks it must not need a deeper stack. */
const DEEP = [3_000].flatMap((levels) =>
  [
    ['[', ']'],
    ['{"content":', '}'],
    ['{"type":"object","properties":{"a":', '}}'],
    ['{"parts":[', ']}'],
    ['{"type":"tool_result","tool_use_id":"x","content":[', ']}'],
  ].map(([open = '', close = '']) => `${open.repeat(levels)}"x"${close.repeat(levels)}`),
);

/** The body once for each of its members, deeply nested there. */
export function* withDeepMember(body: unknown): Generator<string> {
  for (const path of pathsIn(body)) {
    if (path.length > 4) continue;
    for (const deep of DEEP) yield written(body, path, () => deep);
  }
}

/** The body with up to four changes: values replaced, taken out, copied from elsewhere or repeated. */
export function mutated(body: unknown): fc.Arbitrary<string> {
  const paths = [...pathsIn(body)];
  const value = fc.oneof(
    fc.constantFrom(...WRONG),
    fc.constantFrom(...paths).map((path) => JSON.stringify(valueAt(body, path))),
    fc.json(),
  );
  const change = fc.record({ path: fc.constantFrom(...paths), value: maybe(value) });
  return fc
    .array(change, { minLength: 1, maxLength: 4 })
    .map((changes) =>
      changes.reduce(
        (text, { path, value: to }) => written(JSON.parse(text), path, () => to ?? undefined),
        JSON.stringify(body),
      ),
    );
}

function maybe(value: fc.Arbitrary<string>) {
  return fc.option(value, { freq: 6 });
}

function* pathsIn(value: unknown, at: Path = []): Generator<Path> {
  if (typeof value !== 'object' || value === null) return;
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    yield [...at, key];
    yield* pathsIn((value as Record<string | number, unknown>)[key], [...at, key]);
  }
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((it, key) => (it as Record<string | number, unknown>)?.[key], value);
}

/** The JSON of a value in which the one at `path` is written as `to` says; undefined takes it out. */
function written(value: unknown, path: Path, to: () => string | undefined): string {
  const [key, ...rest] = path;
  if (key === undefined) return to() ?? '';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const members = Object.entries(value).flatMap(([name, member]) => {
    const text = name === String(key) ? written(member, rest, to) : JSON.stringify(member);
    if (text === '') return [];
    return [isList ? text : `${JSON.stringify(name)}:${text}`];
  });
  return isList ? `[${members.join()}]` : `{${members.join()}}`;
}
