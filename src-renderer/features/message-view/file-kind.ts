import type { MessagePart } from '../../../src-shared/ipc/areas/mail.ts';
import type { WordKey } from '../../i18n/catalogue.ts';
import type { IconName } from '../../ui/icons.ts';

export type PreviewKind = 'picture' | 'pdf' | 'audio' | 'video' | 'contact' | 'calendar' | 'text' | 'mail';

const largest: Readonly<Record<PreviewKind, number>> = {
  picture: 20_000_000,
  pdf: 30_000_000,
  audio: 40_000_000,
  video: 40_000_000,
  contact: 2_000_000,
  calendar: 2_000_000,
  text: 5_000_000,
  mail: 20_000_000,
};
const textNames = /\.(?:txt|text|md|csv|tsv|log|json|xml|ya?ml|ini|patch|diff|eml|html?)$/i;

type Looked = Pick<MessagePart, 'contentType' | 'filename'>;
const rules: readonly [PreviewKind, (file: Looked) => boolean][] = [
  [
    'picture',
    ({ contentType, filename }) =>
      /^image\/(?:png|jpe?g|gif|webp|bmp|avif|x-icon|vnd\.microsoft\.icon)$/.test(contentType) ||
      (isBlunt(contentType) && /\.(?:png|jpe?g|gif|webp|bmp|avif|ico)$/i.test(filename)),
  ],
  [
    'pdf',
    ({ contentType, filename }) =>
      /^application\/(?:x-)?pdf$/.test(contentType) || (isBlunt(contentType) && /\.pdf$/i.test(filename)),
  ],
  [
    'contact',
    ({ contentType, filename }) =>
      /^text\/(?:x-)?(?:vcard|directory)$/.test(contentType) || /\.vcf$/i.test(filename),
  ],
  ['calendar', ({ contentType, filename }) => contentType === 'text/calendar' || /\.ics$/i.test(filename)],
  ['mail', ({ contentType, filename }) => contentType === 'message/rfc822' || /\.eml$/i.test(filename)],
  [
    'audio',
    ({ contentType, filename }) =>
      /^audio\/(?!midi|x-midi|x-mpegurl|mpegurl)/.test(contentType) ||
      (isBlunt(contentType) && /\.(?:mp3|m4a|aac|og[ga]|opus|flac|wav)$/i.test(filename)),
  ],
  [
    'video',
    ({ contentType, filename }) =>
      /^video\/(?:mp4|webm|ogg|quicktime|x-m4v|x-matroska)$/.test(contentType) ||
      (isBlunt(contentType) && /\.(?:mp4|m4v|webm|ogv|mov|mkv)$/i.test(filename)),
  ],
  [
    'text',
    ({ contentType, filename }) =>
      contentType.startsWith('text/') || contentType === 'application/json' || textNames.test(filename),
  ],
];

/** A type that says nothing, as "text" of a program that forgot it: the name is asked instead. */
function isBlunt(contentType: string): boolean {
  return /^application\/(?:octet-stream|x-download|force-download|binary)$|^text\/plain$/.test(contentType);
}

/** How a file can be looked at here; null when it can only be saved. HTML and the like are shown as what is written in them. */
export function previewKind(file: MessagePart): PreviewKind | null {
  const kind = rules.find(([, fits]) => fits(file))?.[0] ?? null;
  return kind !== null && file.size <= largest[kind] ? kind : null;
}

const sorts: readonly [RegExp, WordKey, IconName][] = [
  [/^image\/svg|\.svgz?$/i, 'file.drawing', 'file-image'],
  [/^image\/|\.(?:png|jpe?g|gif|webp|bmp|avif|heic|tiff?|ico)$/i, 'file.picture', 'file-image'],
  [/\bpdf$|\.pdf$/i, 'file.pdf', 'draft'],
  [/^audio\/|\.(?:mp3|m4a|aac|og[ga]|opus|flac|wav)$/i, 'file.sound', 'file-audio'],
  [/^video\/|\.(?:mp4|m4v|webm|ogv|mov|mkv|avi)$/i, 'file.film', 'file-video'],
  [/^message\/rfc822$|\.eml$/i, 'file.mail', 'unread'],
  [/^text\/calendar$|\.ics$/i, 'file.calendar', 'clock'],
  [/vcard$|^text\/(?:x-)?directory$|\.vcf$/i, 'file.contact', 'person'],
  [
    /\.(?:exe|msi|msp|msix|appx|com|pif|bat|cmd|scr|cpl|msc|reg|inf|ps1|vb[es]?|jse?|ws[cfh]?|sct|scf|hta|xll|lnk|url|jar|jnlp|app|application|appimage|command|desktop|dmg|pkg|deb|rpm|apk|sh|run)$/i,
    'file.program',
    'alert',
  ],
  [/zip|tar|compressed|rar|7z|\.(?:zip|gz|tgz|bz2|xz|zst|rar|7z|tar)$/i, 'file.archive', 'file-archive'],
  [/wordprocessing|msword|opendocument\.text|\brtf|\.(?:docx?|odt|rtf|pages)$/i, 'file.document', 'draft'],
  [/spreadsheet|ms-excel|\.(?:xlsx?|ods|csv|tsv|numbers)$|^text\/csv$/i, 'file.table', 'draft'],
  [/presentation|ms-powerpoint|\.(?:pptx?|odp|key)$/i, 'file.slides', 'draft'],
  [/html?$|\.xht(?:ml)?$/i, 'file.page', 'code'],
  [/pgp-signature|pkcs7-signature|\.(?:sig|p7s)$/i, 'file.signature', 'lock'],
  [/pgp-keys|\.(?:asc|gpg|pem|crt|cer|p12|pfx)$/i, 'file.key', 'lock'],
  [/^text\/|\.(?:txt|text|md|log|json|xml|ya?ml|ini|patch|diff)$/i, 'file.text', 'draft'],
];

/** What a file calls itself, in words: by its name's ending first, which is what another program will go by. */
export function fileSort({ contentType, filename }: Looked): { words: WordKey; icon: IconName } {
  const ending = /\.[^.]{1,11}$/.exec(filename)?.[0] ?? '';
  const found =
    sorts.find(([pattern]) => ending !== '' && pattern.test(ending)) ??
    sorts.find(([pattern]) => pattern.test(contentType));
  return { words: found?.[1] ?? 'file.file', icon: found?.[2] ?? 'file' };
}

/** Another program would start it. */
export function isProgram(file: Looked): boolean {
  return fileSort(file).words === 'file.program';
}
