import { otherMailServer } from './private-servers.mjs';
import { systemChromium } from './shells.mjs';
import { list, say } from './words.mjs';

/** The Debian packages that the tasks need, in the form that `installDebianPackages` takes. */

export const browser = {
  packages: ['chromium'],
  why: 'show the windows and hold the cache',
  required: true,
  satisfied: () => systemChromium() !== undefined,
};

export const demoServers = {
  packages: ['dovecot-imapd', 'dovecot-lmtpd', 'openssl'],
  why: "run the demo's private mail server",
  required: true,
};

export const benchServers = {
  packages: ['dovecot-imapd', 'dovecot-lmtpd', 'openssl'],
  why: 'measure against a real mail server',
  required: true,
};

export const benchRival = {
  packages: ['neomutt', 'isync'],
  why: 'compare with a header cache and with mbsync',
  required: false,
};

/** The tests skip what is missing and say so; none of these ends them. */
export function testServers() {
  const needs = [
    {
      packages: ['dovecot-imapd', 'dovecot-pop3d', 'dovecot-lmtpd', 'dovecot-submissiond', 'openssl'],
      why: 'test on Dovecot',
      required: false,
    },
    { packages: ['dnsmasq-base'], why: 'test the discovery of servers', required: false },
    { packages: ['cyrus-common', 'sasl2-bin', 'libsasl2-modules'], why: 'test on Cyrus', required: false },
    { packages: ['opendkim', 'miltertest'], why: 'test on mail that OpenDKIM signed', required: false },
    { packages: ['xvfb'], why: 'test windows without a display', required: false },
    { packages: ['strace'], why: 'see that hostile mail looks up no name', required: false },
    {
      packages: ['fonts-noto-core', 'fonts-noto-color-emoji'],
      why: 'take readable screenshots',
      required: false,
    },
  ];
  const rivals = otherMailServer();
  if (rivals === undefined)
    needs.push({ packages: ['postfix'], why: 'test sending through Postfix', required: false });
  else
    say(
      `Postfix stays away, for this machine's mail server is ${list([rivals])}; its tests will be skipped.`,
    );
  return needs;
}
