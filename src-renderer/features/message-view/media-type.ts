/**
 * The kind of a sound or film by its own first bytes; null for everything else. Playlists (HLS) above all: a player
 * would go and fetch what they name.
 */
export function mediaType(bytes: Uint8Array): string | null {
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  if (/^[^]{4}ftyp/.test(head)) return /^[^]{8}M4[AB]/.test(head) ? 'audio/mp4' : 'video/mp4';
  if (head.startsWith('\x1aE\xdf\xa3')) return 'video/webm';
  if (head.startsWith('OggS')) return head.includes('theora') ? 'video/ogg' : 'audio/ogg';
  if (head.startsWith('fLaC')) return 'audio/flac';
  if (/^RIFF[^]{4}WAVE/.test(head)) return 'audio/wav';
  if (head.startsWith('ID3')) return 'audio/mpeg';
  // A frame of MPEG audio (layers I to III) or of AAC in ADTS.
  if (/^\xff[\xe2-\xff]/.test(head)) return /^\xff[\xf0\xf1\xf8\xf9]/.test(head) ? 'audio/aac' : 'audio/mpeg';
  return null;
}
