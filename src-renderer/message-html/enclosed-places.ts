/** Puts the pictures that come with a mail where it shows them, in the words and behind them: name → data: address. */
export function fillPictures(page: HTMLElement, pictures: Readonly<Record<string, string>>): void {
  const addressOf = (name: string | undefined): string | null => {
    const address = name !== undefined && Object.hasOwn(pictures, name) ? pictures[name] : undefined;
    return address !== undefined && /^data:image\//i.test(address) ? address : null;
  };
  for (const image of page.querySelectorAll<HTMLImageElement>('img[data-cid]')) {
    const address = addressOf(image.dataset['cid']);
    if (address !== null) image.src = address;
  }
  for (const element of page.querySelectorAll<HTMLElement>('[data-cid-background]')) {
    const address = addressOf(element.dataset['cidBackground']);
    if (address !== null) element.style.backgroundImage = `url("${address}")`;
  }
}
