import { t } from '../i18n/t.ts';

/** The words of the fields that name a server, wherever they stand. */
export const serverWords = () => ({
  host: t('wizard.server'),
  port: t('wizard.port'),
  encryption: t('wizard.encryption'),
  tls: {
    implicit: t('wizard.tls.implicit'),
    starttls: t('wizard.tls.starttls'),
    none: t('wizard.tls.none'),
  },
  plaintext: t('wizard.plaintext'),
  signInName: t('wizard.signInName'),
  problems: {
    host: t('wizard.fieldHost'),
    port: t('wizard.fieldPort'),
    username: t('wizard.fieldUser'),
    plaintext: t('wizard.fieldPlaintext'),
  },
});
