import { t } from '../i18n/t.ts';

/** The words of the field for a client certificate, wherever it stands. */
export const certificateWords = () => ({
  label: t('clientCertificate.label'),
  hint: t('clientCertificate.hint'),
  choose: t('clientCertificate.choose'),
  remove: t('clientCertificate.remove'),
  passphrase: t('clientCertificate.passphrase'),
  none: t('clientCertificate.none'),
  tooLarge: t('clientCertificate.tooLarge'),
});
