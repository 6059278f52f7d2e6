import { createServer } from 'node:http';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { startDovecot, type Dovecot } from '../../src-main/demo/dovecot.ts';
import { freePorts, greeting } from '../../src-main/demo/loopback.ts';
import type { SmtpMail } from '../../src-main/demo/submission.ts';
import { until } from '../../src-main/demo/waiting.ts';
import { startSmtpSink } from './smtp-sink.ts';

export interface EveryMechanism {
  dovecot: Dovecot;
  /** Dovecot's own submission service, 0 where it is not installed (Debian: dovecot-submissiond). */
  submissionPort: number;
  submissionsPort: number;
  /** What Dovecot's submission service handed on. */
  sent: readonly SmtpMail[];
  stop(): Promise<void>;
}

/** The token that the introspection of this test's OAuth server calls good, for ann. */
export const goodToken = 'good.token-1';

/** A Dovecot that offers every mechanism it has over IMAP, POP3 and submission. ann's password: secret. */
export async function startEveryMechanism(extra = ''): Promise<EveryMechanism> {
  // Dovecot's own ports are chosen anew at each of its tries, those of its submission service only here.
  for (let triesLeft = 1; ; triesLeft -= 1)
    try {
      return await startOnce(extra);
    } catch (error) {
      if (triesLeft === 0) throw error;
    }
}

async function startOnce(extra: string): Promise<EveryMechanism> {
  const tokens = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const good = new URLSearchParams(body).get('token') === goodToken;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(good ? { active: true, username: 'ann' } : { active: false }));
    });
  });
  tokens.listen(0, '127.0.0.1');
  await once(tokens, 'listening');
  const hasSubmission = existsSync('/usr/lib/dovecot/submission-login');
  const sink = await startSmtpSink({ authOptional: true });
  const [submission = 0, submissions = 0] = await freePorts(2);
  const service = `protocols = imap pop3 lmtp submission
submission_relay_host = 127.0.0.1
submission_relay_port = ${sink.smtpPort}
hostname = localhost
service submission-login {
  inet_listener submission {
    port = ${submission}
  }
  inet_listener submissions {
    port = ${submissions}
    ssl = yes
  }
}`;
  try {
    const dovecot = await startDovecot({
      users: [
        { name: 'ann', password: 'secret' },
        { name: 'anon', password: 'never asked for' },
      ],
      mechanisms: [
        ...['plain', 'login', 'cram-md5', 'scram-sha-1', 'scram-sha-256', 'apop', 'external', 'anonymous'],
      ],
      oauthUrl: `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/`,
      extra: `auth_ssl_username_from_cert = yes
auth_anonymous_username = anon
passdb {
  driver = static
  mechanisms = external anonymous
  args = nopassword=y
}
${hasSubmission ? service : ''}
${extra}`,
    });
    if (hasSubmission)
      await until('The greeting of the submission service', () => greeting(submission), {
        withinMs: 30_000,
        explain: dovecot.log,
      });
    return {
      dovecot,
      submissionPort: hasSubmission ? submission : 0,
      submissionsPort: hasSubmission ? submissions : 0,
      sent: sink.mails,
      async stop() {
        tokens.close();
        await sink.stop();
        await dovecot.stop();
      },
    };
  } catch (error) {
    tokens.close();
    await sink.stop();
    throw error;
  }
}
