import { Menu, type ContextMenuParams, type WebContents } from 'electron';

/** The menu of text fields and selections, with the spelling check's proposals; Electron brings none of its own. */
export function addTextMenu(contents: WebContents): void {
  contents.on('context-menu', (_event, params) => {
    const menu = textMenu(contents, params);
    if (menu !== undefined) menu.popup();
  });
}

function textMenu(contents: WebContents, params: ContextMenuParams): Menu | undefined {
  if (!params.isEditable && params.selectionText === '') return undefined;
  const proposals = params.dictionarySuggestions.map((word) => ({
    label: word,
    click: () => contents.replaceMisspelling(word),
  }));
  return Menu.buildFromTemplate([
    ...proposals,
    ...(proposals.length > 0 ? [{ type: 'separator' as const }] : []),
    ...(params.isEditable ? [{ role: 'cut' as const, enabled: params.editFlags.canCut }] : []),
    { role: 'copy', enabled: params.editFlags.canCopy },
    ...(params.isEditable ? [{ role: 'paste' as const, enabled: params.editFlags.canPaste }] : []),
    { role: 'selectAll' },
  ]);
}
