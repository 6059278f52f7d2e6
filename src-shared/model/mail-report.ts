/** What became of a mail that was sent, as another program's mail reports it. A stranger may have written it. */
export interface MailReport {
  kind: 'delivery' | 'receipt' | 'complaint' | 'automatic-answer';
  /** Message-ID of the mail that it speaks of, with angle brackets; "" when it does not say. */
  about: string;
  /** At least one. */
  recipients: ReportedRecipient[];
}

export interface ReportedRecipient {
  /** "" when the report does not say whom. */
  address: string;
  action:
    | 'failed'
    | 'delayed'
    | 'delivered'
    | 'relayed'
    | 'expanded'
    | 'read'
    | 'not-read'
    | 'complained'
    | 'answered';
  /** RFC 3463, "5.1.1". */
  status: string | null;
  /** In words, to stand behind "because"; null when there is none. */
  reason: string | null;
  /** The words of the server, on one line. */
  diagnostic: string;
  /** For people. */
  sentence: string;
}
