/** The connection died. `sent`: the command, or a part of it, had been written. */
export class ConnectionLost extends Error {
  readonly sent: boolean;
  readonly timedOut: boolean;

  constructor(message: string, sent: boolean, timedOut = false) {
    super(message);
    this.name = 'ConnectionLost';
    this.sent = sent;
    this.timedOut = timedOut;
  }
}
