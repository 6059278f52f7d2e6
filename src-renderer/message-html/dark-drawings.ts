/** A picture is looked at in so many points a side. */
const points = 48;
/** Single emoji that are turned back; a mail of more is none that people write. */
const mostEmoji = 500;
/** A logo is smaller. Looking at a photograph of many more pixels has the window wait until it is decoded. */
const mostPixels = 4_000_000;
/** Pictures of one mail that are looked at; the others count as photos. */
const mostLooked = 500;

/**
 * In a mail that is darkened as a whole, photos are turned back. A black logo on see-through ground would then be black
 * on black: drawings without a ground of their own stay as the words around them, and emoji are turned back as photos are.
 */
export function keepDrawings(document: Document): void {
  let left = mostLooked;
  const mark = (image: HTMLImageElement): void => {
    const { naturalWidth: width, naturalHeight: height } = image;
    if (width === 0) return;
    image.toggleAttribute('data-drawing', width * height <= mostPixels && left-- > 0 && isDrawing(image));
  };
  for (const image of document.querySelectorAll('img')) if (image.complete) mark(image);
  document.addEventListener(
    'load',
    ({ target }) => {
      // The frame's elements are of its own realm: no instanceof.
      if (target !== null && 'naturalWidth' in target) mark(target as HTMLImageElement);
    },
    true,
  );
  const mail = document.querySelector('.mail-body');
  if (mail !== null && emojiAreColoured()) setEmojiApart(mail);
}

/** See-through around something grey, black or white. */
function isDrawing(image: CanvasImageSource): boolean {
  const pixels = pixelsOf((context) => context.drawImage(image, 0, 0, points, points));
  let clear = 0;
  let inked = 0;
  let plain = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = pixels.subarray(at, at + 4);
    if (alpha < 64) clear += 1;
    if (alpha < 128) continue;
    inked += 1;
    const most = Math.max(red, green, blue);
    if (most < 100 || most - Math.min(red, green, blue) < 48) plain += 1;
  }
  return inked + clear > 0 && clear * 4 >= pixels.length * 0.1 && plain >= inked * 0.6;
}

/** Nothing where the browser does not show them to a page. */
function pixelsOf(draw: (context: CanvasRenderingContext2D) => void): Uint8ClampedArray {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = points;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return new Uint8ClampedArray();
  try {
    draw(context);
    return context.getImageData(0, 0, points, points).data;
  } catch {
    return new Uint8ClampedArray();
  }
}

let coloured: boolean | null = null;

/** Where no font has colours for them they are drawn as letters are. */
function emojiAreColoured(): boolean {
  coloured ??= pixelsOf((context) => {
    context.font = `${points / 2}px sans-serif`;
    context.fillText('😀', 0, points - 12);
  }).some((value, at) => at % 4 < 3 && value > 60);
  return coloured;
}

function setEmojiApart(mail: Element): void {
  const texts = mail.ownerDocument.createTreeWalker(mail, NodeFilter.SHOW_TEXT);
  const found: [Text, RegExpExecArray][] = [];
  while (texts.nextNode() !== null && found.length < mostEmoji) {
    const text = texts.currentNode as Text;
    if (text.parentElement?.localName === 'style') continue;
    for (const match of text.data.matchAll(/\p{RGI_Emoji}+/gv)) {
      found.push([text, match]);
      if (found.length >= mostEmoji) break;
    }
  }
  // From the end, so that places before stay.
  for (const [text, { index, 0: emoji }] of found.reverse()) {
    const span = mail.ownerDocument.createElement('span');
    span.className = 'posthorn-emoji';
    const rest = text.splitText(index);
    rest.splitText(emoji.length);
    rest.replaceWith(span);
    span.append(rest);
  }
}
