/** Where the words of a mail stand is looked at in this many places; the first tell. */
const mostTexts = 1_500;
const schemeAsked = /\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/gi;

/**
 * What a mail says of dark and light counts for the theme of the window, which is not always the system's. In the dark,
 * a mail whose words stand on dark ground as its sender drew it is marked `data-own-dark` and left as it is: darkened,
 * it would be light. Any other is darkened as if it had no dark rules of its own, for those would be turned around.
 * Gives whether it is darkened.
 */
export function settleColours(document: Document): boolean {
  const root = document.documentElement;
  if (root.dataset['kind'] !== 'html') return false;
  const rules = mediaRules(document).map((rule) => ({ rule, text: rule.media.mediaText }));
  const draw = (dark: boolean): void => {
    for (const { rule, text } of rules)
      rule.media.mediaText = text.replace(schemeAsked, (_, scheme: string) =>
        (scheme.toLowerCase() === 'dark') === dark ? '(min-width: 0px)' : '(max-width: 0px)',
      );
  };
  const dark = root.dataset['theme'] === 'dark';
  draw(dark);
  const grounds = dark ? darkGrounds(document) : null;
  root.toggleAttribute('data-own-dark', grounds !== null);
  if (grounds !== null) dimAround(grounds);
  if (dark && grounds === null) draw(false);
  return dark && grounds === null;
}

function mediaRules(document: Document): CSSMediaRule[] {
  const found: CSSMediaRule[] = [];
  const look = (rules: CSSRuleList): void => {
    for (const rule of rules) {
      if ('cssRules' in rule) look((rule as CSSGroupingRule).cssRules);
      // The frame's classes are of its own realm: no instanceof.
      if ('media' in rule && schemeAsked.test((rule as CSSMediaRule).media.mediaText))
        found.push(rule as CSSMediaRule);
      schemeAsked.lastIndex = 0;
    }
  };
  for (const sheet of document.styleSheets) look(sheet.cssRules);
  return found;
}

/** What words stand on. */
interface Grounds {
  dark: Set<Element>;
  light: Set<Element>;
}

/** Nearly all words stand on dark ground, and none on the bare sheet; null: they do not. */
function darkGrounds(document: Document): Grounds | null {
  const mail = document.querySelector('.mail-body');
  if (mail === null) return null;
  const grounds: Grounds = { dark: new Set(), light: new Set() };
  const words = { dark: 0, light: 0 };
  const texts = document.createTreeWalker(mail, NodeFilter.SHOW_TEXT);
  for (let left = mostTexts; left > 0 && texts.nextNode() !== null;) {
    const length = texts.currentNode.nodeValue?.trim().length ?? 0;
    const holder = texts.currentNode.parentElement;
    // Labels of ours bring their own ground.
    if (length === 0 || holder === null || holder.closest('.held-picture, summary') !== null) continue;
    if (!holder.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    left -= 1;
    const ground = groundUnder(holder);
    if (ground === null) return null;
    words[ground.tone] += length;
    grounds[ground.tone].add(ground.element);
  }
  return words.dark > 0 && words.dark >= 4 * words.light ? grounds : null;
}

/** A dark mail on a white page would be framed in white: what no words stand on is not drawn. */
function dimAround({ dark, light }: Grounds): void {
  const passed = new Set<Element>();
  for (const ground of dark)
    for (let at = ground.parentElement; at !== null && !passed.has(at); at = at.parentElement) {
      passed.add(at);
      if (at === at.ownerDocument.body) break;
      if (!light.has(at) && toneOf(at) === 'light')
        at.style.setProperty('background', 'transparent', 'important');
    }
}

/** Null: nothing lies between these words and the sheet. */
function groundUnder(holder: Element): { tone: 'dark' | 'light'; element: Element } | null {
  for (let at: Element | null = holder; at !== null && at !== at.ownerDocument.documentElement;) {
    const tone = toneOf(at);
    if (tone !== null) return { tone, element: at };
    at = at.parentElement;
  }
  return null;
}

/** Null: one sees through it. */
function toneOf(element: Element): 'dark' | 'light' | null {
  const view = element.ownerDocument.defaultView;
  const { backgroundColor, backgroundImage } = (view as Window).getComputedStyle(element);
  // A picture may be of any colour.
  if (backgroundImage !== 'none' || !backgroundColor.startsWith('rgb')) return 'light';
  const [red = 0, green = 0, blue = 0, alpha = 1] = (backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
  if (alpha < 0.5) return null;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 80 ? 'dark' : 'light';
}
