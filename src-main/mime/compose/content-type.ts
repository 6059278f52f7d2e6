import { detectMimeType } from 'nodemailer/lib/mime-funcs/mime-types';

/** What a file of this name usually holds; application/octet-stream when nothing is known. */
export function contentTypeOf(filename: string): string {
  return detectMimeType(filename);
}
