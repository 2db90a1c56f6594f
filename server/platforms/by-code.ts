import type { FailureKind, Judgement, UpstreamFailure } from './platform.ts';

type Said = FailureKind | Judgement;

/** Judges refusals by the platform's codes; a name that ends in `*` stands for all that begin so. */
export function byCode(codes: Readonly<Record<string, Said>>) {
  const exact = new Map(Object.entries(codes));
  const beginnings = [...exact.keys()].filter((code) => code.endsWith('*'));
  const find = (code: string): Said | undefined =>
    exact.get(code) ??
    exact.get(beginnings.find((beginning) => code.startsWith(beginning.slice(0, -1))) ?? '');

  return ({ codes: said }: Pick<UpstreamFailure, 'codes'>): Said | null => {
    for (const code of said) {
      const judged = find(code);
      if (judged !== undefined) return judged;
    }
    return null;
  };
}
