/** Flags as the end of a Maildir file name has them; letters a–z stand for keywords by their place in a list. */
const letters: readonly (readonly [string, string])[] = [
  ['D', '\\Draft'],
  ['F', '\\Flagged'],
  ['P', '$Forwarded'],
  ['R', '\\Answered'],
  ['S', '\\Seen'],
];

/** ":" cannot stand in a name on Windows; programs there write ";". */
const infoMark = process.platform === 'win32' ? ';' : ':';

/** Unique, sortable, with size and flags; `keywords` is added to where a keyword is new and a letter is left. */
export function maildirName(
  message: { at: number; index: number; size: number; flags: readonly string[] },
  job: string,
  keywords: string[],
): string {
  const own = letters.filter(([, flag]) => message.flags.includes(flag)).map(([letter]) => letter);
  const named = message.flags
    .filter((flag) => !flag.startsWith('\\') && flag !== '$Forwarded')
    .flatMap((flag) => {
      if (!keywords.includes(flag) && keywords.length < 26) keywords.push(flag);
      const at = keywords.indexOf(flag);
      return at === -1 ? [] : [String.fromCharCode(0x61 + at)];
    });
  const info = [...own, ...named].sort().join('');
  return `${Math.floor(message.at / 1_000)}.P${message.index}_${job}.posthorn,S=${message.size}${infoMark}2,${info}`;
}

/** The flags of a Maildir file name. What is marked as deleted ("T") comes in without that mark. */
export function flagsOfMaildirName(name: string, keywords: readonly string[]): string[] {
  const info = /[:;!]2,([A-Za-z]*)$/.exec(name)?.[1] ?? '';
  const flags = letters.filter(([letter]) => info.includes(letter)).map(([, flag]) => flag);
  for (const letter of info) {
    const keyword = keywords[letter.charCodeAt(0) - 0x61];
    if (letter >= 'a' && keyword !== undefined) flags.push(keyword);
  }
  return flags;
}

/** Dovecot's list of keywords: a number and a name a line. */
export function readKeywords(text: string): string[] {
  const keywords: string[] = [];
  for (const line of text.split('\n')) {
    const found = /^(\d{1,2}) (\S{1,100})\s*$/.exec(line);
    if (found?.[1] !== undefined && found[2] !== undefined && Number(found[1]) < 26)
      keywords[Number(found[1])] = found[2];
  }
  return keywords;
}

export function writeKeywords(keywords: readonly string[]): string {
  return keywords.map((keyword, i) => `${i} ${keyword}\n`).join('');
}
