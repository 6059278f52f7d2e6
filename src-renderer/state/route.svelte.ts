/** Which surface fills the window. */
export type Surface = 'mail' | 'welcome' | 'settings';
/** What lies over the mail; one at a time. */
export type Overlay = 'none' | 'palette' | 'keys' | 'move' | 'journal';

export class Route {
  /** One pane at a time: the window is narrower than 900 px. */
  narrow = $state(false);
  surface = $state<Surface>('mail');
  /** Which part of the settings: an account's id, 'general', or null for the first. */
  settingsPart = $state<string | null>(null);
  overlay = $state<Overlay>('none');
  /** Below 900 px list and reader take turns. */
  reading = $state(false);
  foldersOpen = $state(false);
  /** The composer covers the reader; set by whoever shows it, so that the reader can be inert. */
  composerOpen = $state(false);

  get modal(): boolean {
    return this.overlay === 'palette' || this.overlay === 'keys' || this.overlay === 'move';
  }

  toggle(overlay: Overlay): void {
    this.overlay = this.overlay === overlay ? 'none' : overlay;
  }
}
