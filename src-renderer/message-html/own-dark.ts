/** Where the words of a mail stand is looked at in this many places; the first tell. */
const mostTexts = 1_500;
const schemeAsked = /\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)/gi;

/**
 * What a mail says of dark and light counts for the theme of the window, which is not always the system's. In the dark,
 * a mail whose words stand on dark ground as its sender drew it is marked `data-own-dark` and left as it is: darkened,
 * it would be light. Any other is darkened as if it had no dark rules of its own, for those would be turned around.
 */
export function settleColours(document: Document): void {
  const root = document.documentElement;
  if (root.dataset['kind'] !== 'html') return;
  const rules = mediaRules(document).map((rule) => ({ rule, text: rule.media.mediaText }));
  const draw = (dark: boolean): void => {
    for (const { rule, text } of rules)
      rule.media.mediaText = text.replace(schemeAsked, (_, scheme: string) =>
        (scheme.toLowerCase() === 'dark') === dark ? '(min-width: 0px)' : '(max-width: 0px)',
      );
  };
  const dark = root.dataset['theme'] === 'dark';
  draw(dark);
  const own = dark && isDark(document);
  root.toggleAttribute('data-own-dark', own);
  if (dark && !own) draw(false);
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

/** Nearly all words stand on dark ground, and none on the bare sheet. */
function isDark(document: Document): boolean {
  const mail = document.querySelector('.mail-body');
  if (mail === null) return false;
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
    if (ground === null) return false;
    words[ground] += length;
  }
  return words.dark > 0 && words.dark >= 4 * words.light;
}

/** Null: nothing lies between these words and the sheet. */
function groundUnder(holder: Element): 'dark' | 'light' | null {
  const view = holder.ownerDocument.defaultView;
  for (let at: Element | null = holder; at !== null && at !== at.ownerDocument.documentElement;) {
    const { backgroundColor, backgroundImage } = (view as Window).getComputedStyle(at);
    // A picture may be of any colour.
    if (backgroundImage !== 'none') return 'light';
    const [red = 0, green = 0, blue = 0, alpha = 1] = (backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    if (!backgroundColor.startsWith('rgb')) return 'light';
    if (alpha >= 0.5) return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 80 ? 'dark' : 'light';
    at = at.parentElement;
  }
  return null;
}
