import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '../../src-shared/error.ts';
import type { ClientCertificateInput, ClientCertificateView } from '../../src-shared/model/account.ts';
import { examineCertificate, type ClientCertificate } from '../platform/client-certificate.ts';

/** A certificate that opens, and what may be said of it without its secret. */
export interface TakenCertificate {
  certificate: ClientCertificate;
  view: ClientCertificateView;
}

/** Larger files are something else; a chain of certificates has some kilobytes. */
const mostBytes = 1_000_000;

/**
 * Reads the file (or takes the bytes that a window read) and opens it. Undefined: nothing was said of a certificate;
 * null: there shall be none any more. @throws AppError `bad-params` in plain words
 */
export async function takeCertificate(
  input: ClientCertificateInput | null | undefined,
): Promise<TakenCertificate | null | undefined> {
  if (input === undefined || input === null) return input;
  const { passphrase } = input;
  const name = input.name ?? (input.file === undefined ? 'certificate' : basename(input.file));
  const bytes = [
    input.file === undefined ? Buffer.from(input.data ?? '', 'base64') : await contentOf(input.file),
    ...(input.keyFile === undefined ? [] : [Buffer.from('\n'), await contentOf(input.keyFile)]),
  ];
  const certificate = {
    data: Buffer.concat(bytes).toString('base64'),
    ...(passphrase === undefined || passphrase === '' ? {} : { passphrase }),
  };
  const { subject, issuer, validTo } = examineCertificate(certificate, `The file “${name}”`);
  return { certificate, view: { name, subject, issuer, validTo } };
}

async function contentOf(file: string): Promise<Buffer> {
  try {
    if ((await stat(file)).size > mostBytes)
      throw unfit(`The file “${file}” is far too large for a certificate.`);
    return await readFile(file);
  } catch (error) {
    if (error instanceof AppError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT'
        ? 'is not there'
        : code === 'EACCES' || code === 'EPERM'
          ? 'may not be read by you'
          : code === 'EISDIR'
            ? 'is a folder'
            : 'cannot be read';
    throw unfit(`The certificate file “${file}” ${why}. Nothing was changed.`, error);
  }
}

function unfit(detail: string, cause?: unknown): AppError {
  return new AppError({ code: 'bad-params', scope: 'account', next: 'tell-user', detail }, cause);
}
