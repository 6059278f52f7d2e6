/**
 * The body of a notification as the system gets it. Desktops on Linux read it as markup, with links and pictures in it
 * (Desktop Notifications Specification, "Markup"), and Electron hands it on as it is.
 */
export function noteBody(text: string, platform: NodeJS.Platform): string {
  return platform === 'linux'
    ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    : text;
}
