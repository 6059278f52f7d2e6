/**
 * A mail is as high as what it shows, also where letters are taller than their line or a box is lower than its words:
 * it would else have a bar of its own inside the bar of the reader.
 */
export function fitHeight(document: Document): void {
  const mail = document.querySelector<HTMLElement>('.mail-body');
  if (mail === null) return;
  mail.style.removeProperty('min-height');
  const over = mail.scrollHeight - mail.clientHeight;
  if (over <= 0) return;
  const height = Number.parseFloat(document.defaultView?.getComputedStyle(mail).height ?? '');
  if (Number.isFinite(height)) mail.style.setProperty('min-height', `${height + over}px`, 'important');
}
