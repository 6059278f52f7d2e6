import type { FolderRole } from '../../src-shared/model/folder.ts';

/** Names that mail programs give their special folders when the server has no SPECIAL-USE. */
const names: Record<Exclude<FolderRole, 'inbox'>, readonly string[]> = {
  drafts: ['drafts', 'draft', 'entwürfe', 'brouillons', 'borradores', 'bozze', 'rascunhos', 'concepten', 'utkast', 'kladder', 'luonnokset', 'szkice', 'черновики', '下書き', '草稿'],
  sent: ['sent', 'sent items', 'sent messages', 'sent mail', 'gesendet', 'gesendete objekte', 'envoyés', 'éléments envoyés', 'enviados', 'inviata', 'posta inviata', 'verzonden', 'skickat', 'sendt', 'lähetetyt', 'wysłane', 'отправленные', '送信済み', '已发送'],
  archive: ['archive', 'archives', 'archiv', 'archivo', 'archivio', 'arquivo', 'archief', 'arkiv', 'archiwum', 'архив', 'アーカイブ', '归档'],
  junk: ['junk', 'junk e-mail', 'junk email', 'spam', 'bulk mail', 'unerwünscht', 'werbung', 'pourriel', 'courrier indésirable', 'correo no deseado', 'posta indesiderata', 'ongewenst', 'skräppost', 'спам', '迷惑メール', '垃圾邮件'],
  trash: ['trash', 'deleted items', 'deleted messages', 'bin', 'papierkorb', 'gelöschte objekte', 'corbeille', 'éléments supprimés', 'papelera', 'cestino', 'lixo', 'prullenbak', 'papperskorgen', 'papirkurv', 'roskakori', 'kosz', 'корзина', 'ゴミ箱', '已删除'],
  all: ['all mail', 'alle nachrichten', 'tous les messages'],
  flagged: ['starred', 'flagged'],
};

/** The role a folder's name suggests, only for folders at the top or right below INBOX; null for none. */
export function guessRole(path: string, name: string, delimiter: string | null): FolderRole | null {
  if (path.toUpperCase() === 'INBOX') return 'inbox';
  const depth = delimiter === null ? [path] : path.split(delimiter);
  if (depth.length > 2 || (depth.length === 2 && depth[0]?.toUpperCase() !== 'INBOX')) return null;
  const lower = name.normalize('NFC').toLowerCase();
  for (const [role, known] of Object.entries(names)) if (known.includes(lower)) return role as FolderRole;
  return null;
}
