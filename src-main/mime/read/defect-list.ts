import { defectSentences, type Defect, type DefectCode } from '../../../src-shared/model/mail.ts';

/** Collects defects, each code with the same detail once, at most `max`. */
export class DefectList {
  readonly #seen = new Map<string, Defect>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  add(code: DefectCode, concerning?: string): void {
    const sentence = defectSentences[code];
    const detail =
      concerning === undefined || concerning === '' ? sentence : `${sentence} (${concerning.slice(0, 80)})`;
    const key = `${code} ${detail}`;
    if (this.#seen.size < this.#max && !this.#seen.has(key)) this.#seen.set(key, { code, detail });
  }

  list(): Defect[] {
    return [...this.#seen.values()];
  }
}
