import { agrees, type Check } from './comparison.ts';
import { mailcoreChecks } from './golden/mailcore.ts';
import { mime4jChecks } from './golden/mime4j.ts';
import { ponymailChecks } from './golden/ponymail.ts';
import { fileChecks, imaptestChecks } from './golden/small-sources.ts';
import { stalwartChecks } from './golden/stalwart.ts';

export interface Agreement {
  source: string;
  mails: number;
  compared: number;
  agreed: number;
}

/** Everything that the golden sources say, compared. Needs the corpora. */
export function compareAll(): { rows: Agreement[]; differences: Check[] } {
  const rows = new Map<string, Agreement & { paths: Set<string> }>();
  const differences: Check[] = [];
  for (const checks of [
    stalwartChecks,
    mime4jChecks,
    mailcoreChecks,
    imaptestChecks,
    ponymailChecks,
    fileChecks,
  ]) {
    for (const check of checks()) {
      const row = rows.get(check.source) ?? {
        source: check.source,
        mails: 0,
        compared: 0,
        agreed: 0,
        paths: new Set(),
      };
      rows.set(check.source, row);
      row.paths.add(check.path);
      row.compared++;
      if (agrees(check)) row.agreed++;
      else differences.push(check);
    }
  }
  return {
    rows: [...rows.values()].map(({ paths, ...row }) => ({ ...row, mails: paths.size })),
    differences,
  };
}
