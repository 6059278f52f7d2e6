import { defectSentences, type DefectCode, type ReadMail } from '../../../src-shared/model/mail.ts';

/** What is known of a message that could not be read at all. */
export function emptyMail(code: DefectCode, size: number): ReadMail {
  return {
    headers: [],
    messageId: '',
    inReplyTo: '',
    references: [],
    subject: '',
    from: [],
    sender: [],
    to: [],
    cc: [],
    bcc: [],
    replyTo: [],
    date: null,
    text: '',
    html: null,
    attachments: [],
    protection: [],
    sections: [],
    report: null,
    invitation: null,
    invitationSource: null,
    inlineImages: {},
    preview: '',
    hasAttachments: false,
    defects: [{ code, detail: defectSentences[code] }],
    tree: {
      partId: '1',
      contentType: 'text/plain',
      encoding: 'identity',
      charset: null,
      disposition: null,
      filename: null,
      contentId: null,
      headerStart: 0,
      bodyStart: 0,
      bodyEnd: size,
      children: [],
    },
  };
}
