/** A line of a mail as it is seen. */
export interface MailLine {
  text: string;
  /** Marked as somebody else's words: ">", or an element that quotes. */
  quoted: boolean;
  /** An element that mail programs put before all that they quote begins here. */
  rest?: boolean;
  /** In an element that holds a signature. */
  signature?: boolean;
}

/** In the languages that Outlook and its like speak. */
const senderNames = [
  'from|von|de|da|van|från|fra|lähettäjä|od|от|від|feladó|de la|kimden|gönderen|από|dari|từ',
  'מאת|من|จาก|差出人|送信者|发件人|寄件者|寄件人|보낸 ?사람|발신',
];
const otherNames = [
  'sent|date|gesendet|datum|envoyé|enviado(?: el)?|data|inviato|verzonden|skickat|sendt|dato|lähetetty|päivämäärä',
  'дата|отправлено|надіслано|изпратено|wysłano|odesláno|odoslané|elküldve|küldve|dátum|trimis|gönderildi|gönderilen|gönderme tarihi|tarih',
  'στάλθηκε|ημερομηνία|dikirim|tanggal|đã gửi|ngày|נשלח|תאריך|تاريخ الإرسال|تم الإرسال|التاريخ|ส่ง|วันที่',
  '送信日時|日時|日付|发送时间|日期|时间|寄件日期|傳送日期|보낸 날짜|날짜',
  'to|an|à|para|a|aan|till|til|vastaanottaja|do|кому|до|komu|címzett|către|kime|προς|kepada|đến|tới',
  'אל|إلى|ถึง|宛先|收件人|收件者|받는 ?사람|수신',
  'cc|kopie|kopia|抄送|副本|참조|reply-to',
];
const subjectNames = [
  'subject|betreff|objet|asunto|oggetto|onderwerp|assunto|ämne|emne|aihe|тема|относно|temat|předmět|predmet|tárgy',
  'subiect|konu|θέμα|subjek|perihal|chủ đề|נושא|الموضوع|เรื่อง|件名|主题|主旨|主題|제목',
];

/** "On Monday, 3 April, Ann wrote:" in the words of the programs that are in use; dates and names vary. */
const wrote = [
  'wrote',
  'writes',
  'schrieb',
  'hat geschrieben',
  'a écrit',
  'escribió',
  'ha scritto',
  'escreveu',
  'schreef',
  'skrev',
  'kirjoitti',
  'napisał(?:\\(a\\)|a)?',
  'napsal(?:\\(a\\)|a)?',
  'написал(?:\\(а\\)|а)?',
  'пишет',
  'написав',
  'пише',
  'έγραψε',
  'đã viết',
  'menulis',
  'a scris',
  'írta',
  'yazdı',
  'のメール',
  '写道',
  '寫道',
  '작성',
].join('|');
const attributionEnd = new RegExp(`(?:${wrote})[^\\n:：]{0,40}[:：]\\s*$`, 'iu');
const attributionStart =
  /^[\s*>–—-]*(?:on|am|le|el|il|in data|em|op|den|dnia|w dniu|dne|på|\d{1,4}[./-]\d{1,2}[./-]\d{2,4}|\d{4}年|20\d\d|\d{1,2}:\d\d|\d{1,2}\.? \p{L}{3,12}\.? \d{4}|\p{L}{2,12}[.,]{0,2} \d{1,2}\.? \p{L}{3,12}|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?)(?!\p{L})/iu;
/** Right above quoted lines a date or a time, and the address of who wrote them are enough, whatever the language. */
const dated = /\p{Nd}{4}|\p{Nd}[:./-]\p{Nd}/u;
const namedSource = /<[^<>\s]+@[^<>\s]+>/u;
/** A program breaks a line where the next word has no room; somebody's own words above an attribution end anywhere. */
const narrowest = 62;
/** A date and an address with a colon at the end, whatever the words between ("… +0400 от Ann <a@x>:"). */
const datedAddress = /\d{1,2}[:.]\d\d.{0,200}<[^<>\s]+@[^<>\s]+>[^:]{0,30}:\s*$/u;
/** Zoho writes no colon. */
const addressWrote = /<[^<>\s]+@[^<>\s]+> wrote\s*$/iu;
const separator =
  /^[\s>*]*[-_]{3,}\s*(?:original(?: message|nachricht)?|ursprüngliche nachricht|message d'origine|mensaje original|messaggio originale|oorspronkelijk bericht|reply message|исходное сообщение|oryginalna wiadomość|ursprungligt meddelande|oprindelig (?:besked|meddelelse)|opprinnelig melding|alkuperäinen viesti|původní zpráva|eredeti üzenet|mensagem original|orijinal (?:mesaj|ileti)|mesaj original|αρχικό μήνυμα|元のメッセージ|原始邮件|原始郵件|원본 (?:메시지|메일)|message d’origine)\s*[-_]{3,}\s*$/iu;
const forwarded =
  /^[\s>*]*(?:[-_]{3,}\s*(?:forwarded|weitergeleitete|message transféré|mensaje reenviado|doorgestuurd|пересылаемое)|begin forwarded message)/iu;
/** Outlook's header block, one name a line: of the sender, of the subject, and of the rest. */
const headerNames = new RegExp(
  `^[\\s>*]*(?:(${senderNames.join('|')})|(${subjectNames.join('|')})|${otherNames.join('|')})\\s*\\*?\\s*[:：]`,
  'iu',
);
const signature = /^-- ?$/;
/** What programs leave behind below the answer: no words of a person. */
const device =
  /^(?:sent|gesendet|envoyé|enviado|inviato|verzonden) (?:from|von|de|da|vanaf) (?:my |meinem |mon |mi |mijn )?\S/iu;

const isBlank = (line: MailLine | undefined): boolean => (line?.text ?? '').trim() === '';

/**
 * Where the words of others begin that stand below the answer to the end: index of the first line that can be folded,
 * attribution included; null when nothing can: no quote, an answer between or below quoted lines, nothing above,
 * a forwarded mail.
 */
export function quoteStart(lines: readonly MailLine[]): number | null {
  const start = firstMark(lines) ?? tail(lines);
  if (start === null) return null;
  let from = start;
  while (from > 0 && isBlank(lines[from - 1])) from -= 1;
  return lines.slice(0, from).some((line) => !line.quoted && hasWords(line.text)) ? start : null;
}

function hasWords(text: string): boolean {
  return /[\p{L}\p{N}\p{Extended_Pictographic}\uFFFC:)]/u.test(text);
}

/** Attributions below which an answer is looked for, to the end each time. */
const mostAttributions = 100;

/** A line from which on all is quoted, marked so or not. */
function firstMark(lines: readonly MailLine[]): number | null {
  let left = mostAttributions;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at];
    if (line === undefined) break;
    if (forwarded.test(line.text)) return null;
    if (line.quoted) {
      if (line.rest === true && !isBlank(line)) return answeredBelow(lines, at) ? null : at;
      continue;
    }
    const isMark = line.rest === true || separator.test(line.text) || isHeaderBlock(lines, at);
    if (isMark) return withRule(lines, at);
    const end = attributionAt(lines, at);
    if (end === null) continue;
    let next = end;
    while (isBlank(lines[next]) && next < lines.length) next += 1;
    // Where quoted lines follow, something unmarked after them is an answer.
    if (lines[next]?.quoted === true) {
      if (left-- > 0 && !answeredBelow(lines, next)) return at;
      continue;
    }
    // Nothing marks a quote: "On 5 May we meet, and Ann wrote:" may be somebody's own words.
    const attribution = lines
      .slice(at, end)
      .map(({ text }) => text)
      .join(' ');
    if (next < lines.length && (dated.test(attribution) || namedSource.test(attribution))) return at;
  }
  return null;
}

/** Outlook draws a line above its block. */
function withRule(lines: readonly MailLine[], at: number): number {
  let before = at - 1;
  while (before >= 0 && isBlank(lines[before])) before -= 1;
  return before >= 0 && /^[\s_-]{5,}$/.test(lines[before]?.text ?? '') ? before : at;
}

function isHeaderBlock(lines: readonly MailLine[], at: number): boolean {
  const names = (line: MailLine | undefined): RegExpExecArray | null =>
    line === undefined ? null : headerNames.exec(line.text);
  const first = names(lines[at]);
  if (first === null) return false;
  let found = 0;
  let sender = false;
  let isMail = false;
  for (let next = at; next < Math.min(lines.length, at + 9); next += 1) {
    const name = names(lines[next]);
    if (name === null) {
      if (isBlank(lines[next]) && found >= 2) break;
      continue;
    }
    found += 1;
    sender ||= name[1] !== undefined;
    // A journey has From, To and Date as well.
    isMail ||= name[2] !== undefined || /\S@\S/.test(lines[next]?.text ?? '');
  }
  return sender && isMail && found >= 3;
}

/** An attribution of one to four lines that begins here: index after it. */
function attributionAt(lines: readonly MailLine[], at: number): number | null {
  if (isBlank(lines[at])) return null;
  let text = '';
  for (let next = at; next < Math.min(lines.length, at + 4); next += 1) {
    const line = lines[next];
    // The end of an address that was broken in front of its bracket passes for a quoted line.
    if (line === undefined || (line.quoted && line.text.trim() !== '>:') || (isBlank(line) && next > at))
      return null;
    text = `${text} ${line.text}`.trim();
    if (text.length > 400) return null;
    const isOne =
      attributionStart.test(text) &&
      ((attributionEnd.test(text) && /\d/.test(text)) || datedAddress.test(text) || addressWrote.test(text));
    if (isOne) return next + 1;
    // Somebody's own sentence above the attribution.
    if (endsSentence(line.text) && !isBroken(line.text, lines[next + 1]?.text ?? '')) return null;
  }
  return null;
}

/** More lines below "-- " are no signature. */
const longestSignature = 20;
/** What a mailing list puts below every mail: a rule, and where to leave it. */
const listRule = /^_{20,}$/;
const longestFooter = 8;

function isListFooter(lines: readonly MailLine[], at: number): boolean {
  const below = lines.slice(at + 1, at + 2 + longestFooter).filter((line) => !isBlank(line));
  return (
    listRule.test(lines[at]?.text.trim() ?? '') &&
    lines.length - at - 1 <= longestFooter &&
    below.every((line) => !line.quoted) &&
    below.some(({ text }) => /https?:\/\/\S|\S@\S+\.\S/.test(text))
  );
}

/** Somebody's own words among or below the quoted lines. A signature is none. */
function answeredBelow(lines: readonly MailLine[], from: number): boolean {
  const own = (line: MailLine): boolean => !line.quoted && !isBlank(line);
  for (let at = from; at < lines.length; at += 1) {
    const line = lines[at];
    if (line === undefined || !own(line) || device.test(line.text) || line.signature === true) continue;
    if (isListFooter(lines, at)) return false;
    if (!signature.test(line.text.trimEnd())) return true;
    const below = lines.slice(at + 1).filter(own);
    return below.some((other) => other.signature === true)
      ? below.some((other) => other.signature !== true)
      : below.length > longestSignature;
  }
  return false;
}

const endsSentence = (line: string): boolean => /[.!?]\s*$/.test(line);

function isBroken(line: string, next: string): boolean {
  const [word = ''] = next.trim().split(/\s/);
  return line.trimEnd().length + 1 + word.length > narrowest;
}

/** Quoted lines at the end, with the attribution above them. */
function tail(lines: readonly MailLine[]): number | null {
  // A lone ">" is no words: what stands above it may be quoted words that a server broke.
  const last = lines.findLastIndex((line) => line.quoted && !isBlank(line) && hasWords(line.text));
  if (last < 0 || answeredBelow(lines, last)) return null;
  let first = last;
  while (first > 0 && (lines[first - 1]?.quoted === true || isBlank(lines[first - 1]))) first -= 1;
  while (isBlank(lines[first])) first += 1;
  if (lines.slice(first, last + 1).some((line) => forwarded.test(line.text))) return null;
  for (let at = Math.max(0, first - 5); at < first; at += 1) {
    const end = attributionAt(lines, at);
    if (end === null) continue;
    if (lines.slice(end, first).every(isBlank)) return at;
  }
  let above = first - 1;
  while (above > 0 && isBlank(lines[above])) above -= 1;
  for (const at of [above, above - 1, above - 2]) {
    const own = lines.slice(Math.max(0, at), above + 1);
    if (at < 0 || own.some((line) => line.quoted || isBlank(line))) break;
    const [upper, lower] = own;
    if (
      upper !== undefined &&
      lower !== undefined &&
      (endsSentence(upper.text) || !isBroken(upper.text, lower.text))
    )
      break;
    const text = own.map((line) => line.text).join(' ');
    if (/[:：]\s*$/u.test(text) && text.length < 400 && namedSource.test(text) && dated.test(text)) return at;
  }
  return first;
}
