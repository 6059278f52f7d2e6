/** Where the words of a mail stand is looked at in this many places; the first tell. */
const mostTexts = 1_500;
/** With those that are not seen. */
const mostLooked = 10_000;
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
  const mail = dark ? document.querySelector('.mail-body') : null;
  const grounds = mail === null ? null : groundsOf(mail);
  const isOwn = grounds !== null && isDark(grounds);
  root.toggleAttribute('data-own-dark', isOwn);
  if (isOwn) dimAround(grounds);
  if (!dark || isOwn) return false;
  draw(false);
  if (mail !== null) {
    const drawn = groundsOf(mail);
    dimShining(mail, drawn);
    keepDarkBoxes(mail, drawn);
  }
  return true;
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
  /** Some stand on the bare sheet. */
  bare: boolean;
  /** By their letters, nearly all stand on dark ground. */
  mostlyDark: boolean;
}

function groundsOf(mail: Element): Grounds {
  const grounds: Grounds = { dark: new Set(), light: new Set(), bare: false, mostlyDark: false };
  const words = { dark: 0, light: 0 };
  const tones = new Map<Element, Tone | null>();
  const texts = mail.ownerDocument.createTreeWalker(mail, NodeFilter.SHOW_TEXT);
  let looked = mostLooked;
  for (let left = mostTexts; left > 0 && looked > 0 && texts.nextNode() !== null;) {
    const length = texts.currentNode.nodeValue?.trim().length ?? 0;
    const holder = texts.currentNode.parentElement;
    if (length === 0 || holder === null) continue;
    looked -= 1;
    // Labels of ours bring their own ground.
    if (holder.closest('.held-picture, summary') !== null) continue;
    if (!holder.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    left -= 1;
    const ground = groundUnder(holder, tones);
    if (ground === null) {
      grounds.bare = true;
      continue;
    }
    words[ground.tone] += length;
    grounds[ground.tone].add(ground.element);
  }
  grounds.mostlyDark = words.dark > 0 && words.dark >= 4 * words.light;
  return grounds;
}

/** Of few words, most may stand in one dark box of a light mail: the sheets count by their size as well. */
function isDark(grounds: Grounds): boolean {
  const { dark, light, bare, mostlyDark } = grounds;
  return !bare && mostlyDark && areaWithout(light, dark) <= areaWithout(dark, light);
}

/** Of these elements together, without what lies on the others within them. */
function areaWithout(own: ReadonlySet<Element>, others: ReadonlySet<Element>): number {
  let sum = 0;
  for (const element of own) {
    const above = nearest(element.parentElement, (one) => own.has(one) || others.has(one));
    if (above === null || others.has(above)) sum += areaOf(element);
  }
  for (const element of others) {
    const above = nearest(element.parentElement, (one) => own.has(one) || others.has(one));
    if (above !== null && own.has(above)) sum -= areaOf(element);
  }
  return sum;
}

function nearest(from: Element | null, is: (element: Element) => boolean): Element | null {
  let at = from;
  while (at !== null && !is(at)) at = at.parentElement;
  return at;
}

function areaOf(element: Element): number {
  const { width, height } = element.getBoundingClientRect();
  return width * height;
}

/**
 * A wide dark border around a light sheet would shine once the mail is darkened: what no words and no pictures stand on
 * is not drawn. Thin lines of tables are such grounds too, and stay.
 */
function dimShining(mail: Element, { dark, light }: Grounds): void {
  /** What the light grounds leave of it. Mails nest a thousand deep: each element is passed once. */
  const around = new Map<Element, number>();
  const passed = new Set<Element>();
  for (const ground of light)
    for (let at = ground.parentElement; at !== null && at !== mail.parentElement; at = at.parentElement) {
      if (passed.has(at) || dark.has(at) || light.has(at)) break;
      passed.add(at);
      if (toneOf(at) === 'dark') around.set(at, areaOf(at));
    }
  const pictured = new Set<Element>();
  for (const image of mail.querySelectorAll('img'))
    for (let at = image.parentElement; at !== null && !light.has(at); at = at.parentElement) {
      if (pictured.has(at)) break;
      pictured.add(at);
      around.delete(at);
    }
  for (const ground of around.size === 0 ? [] : light) {
    const area = areaOf(ground);
    for (let at = ground.parentElement; at !== null && !light.has(at); at = at.parentElement) {
      const rest = around.get(at);
      if (rest !== undefined) around.set(at, rest - area);
    }
  }
  for (const element of [...around].filter(([one, rest]) => rest > 0.15 * areaOf(one)).map(([one]) => one))
    (element as HTMLElement).style.setProperty('background', 'transparent', 'important');
}

/** A navy head or button of a light mail would shine: dark boxes with words, and nothing light in them, keep their colours. */
function keepDarkBoxes(mail: Element, { dark, light }: Grounds): void {
  const holdsLight = new Set<Element>();
  for (const ground of light)
    for (let at = ground.parentElement; at !== null && !holdsLight.has(at); at = at.parentElement)
      holdsLight.add(at);
  for (const ground of dark) {
    const within = nearest(ground.parentElement, (one) => dark.has(one) && !holdsLight.has(one));
    if (ground !== mail && !holdsLight.has(ground) && within === null)
      ground.toggleAttribute('data-own-ground', true);
  }
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
function groundUnder(
  holder: Element,
  tones: Map<Element, Tone | null>,
): { tone: Tone; element: Element } | null {
  for (let at: Element | null = holder; at !== null && at !== at.ownerDocument.documentElement;) {
    const known = tones.get(at);
    const tone = known === undefined ? toneOf(at) : known;
    tones.set(at, tone);
    if (tone !== null) return { tone, element: at };
    at = at.parentElement;
  }
  return null;
}

type Tone = 'dark' | 'light';

/** Null: one sees through it. */
function toneOf(element: Element): Tone | null {
  const view = element.ownerDocument.defaultView;
  const { backgroundColor, backgroundImage } = (view as Window).getComputedStyle(element);
  // A picture may be of any colour.
  if (backgroundImage !== 'none' || !backgroundColor.startsWith('rgb')) return 'light';
  const [red = 0, green = 0, blue = 0, alpha = 1] = (backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
  if (alpha < 0.5) return null;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 80 ? 'dark' : 'light';
}
