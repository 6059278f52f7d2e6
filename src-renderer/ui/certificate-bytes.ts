/** A certificate that was chosen in a window: bytes and name of the file, and what opens it. */
export interface ChosenCertificate {
  /** Base64. */
  data: string;
  name: string;
  passphrase?: string;
}

/** Far above any certificate; a film that was chosen by mistake is not read. */
const mostBytes = 1_000_000;

/** Null: too large for a certificate. */
export async function certificateFrom(file: File): Promise<ChosenCertificate | null> {
  if (file.size > mostBytes) return null;
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 8_192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return { data: btoa(text), name: file.name };
}
