/** What a list of rows is told by its rows. */
export interface RowHandlers {
  press(index: number, event: MouseEvent): void;
  open(index: number): void;
  toggle(index: number): void;
  archive(index: number): void;
  delete(index: number): void;
}
