import type { ClientRequest } from 'node:http';
import type { Clock } from './clock.ts';

export interface Fetched {
  status: number;
  contentType: string;
  body: Uint8Array;
}

interface AnswerLimits {
  clock: Clock;
  maxBytes: number;
  withinMs: number;
  /** Where an answer that leads elsewhere ends; false: it is an answer as any other. */
  redirects: boolean;
}

/** The whole answer to a request that is not sent yet, or where it leads. Rejects with the request's own error. */
export function answerTo(
  call: ClientRequest,
  { clock, maxBytes, withinMs, redirects }: AnswerLimits,
): Promise<Fetched | { location: string }> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => call.destroy(new Error('there was no answer in time')), withinMs);
    const fail = (error: Error): void => {
      timer.cancel();
      reject(error);
    };
    call.on('error', fail);
    call.on('response', (response) => {
      const { statusCode = 0, headers } = response;
      response.on('error', fail);
      if (redirects && statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
        timer.cancel();
        resolve({ location: headers.location });
        call.destroy();
        return;
      }
      if (Number(headers['content-length'] ?? 0) > maxBytes) {
        call.destroy(new Error('the answer is too large'));
        return;
      }
      const parts: Buffer[] = [];
      let length = 0;
      response.on('data', (part: Buffer) => {
        length += part.length;
        if (length > maxBytes) call.destroy(new Error('the answer is too large'));
        else parts.push(part);
      });
      response.on('end', () => {
        timer.cancel();
        resolve({
          status: statusCode,
          contentType: headers['content-type'] ?? '',
          body: Buffer.concat(parts),
        });
      });
    });
  });
}
