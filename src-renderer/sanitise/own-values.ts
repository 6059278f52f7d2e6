/** Longer ones are no colours, sizes or fonts. */
const longestValue = 300;
/** Letters put in for all of a mail: values of values would grow without end. */
const mostLetters = 200_000;
/** Places looked at for all of a mail: values of nothing, and those that do not fit, take no letters but time. */
const mostUses = 20_000;
const deepest = 5;
const longestUse = 600;
/** Where values hold for the whole mail. What holds on a condition, or for a part of it, is not followed. */
const everywhere = /(?:^|,)\s*(?::root|html|body|\*)\s*(?:,|$)/i;
const name = /^\s*(--(?:[\w-]|[^\0-\x7f]){1,80})\s*(,|$)/;

/**
 * Values that a mail names once (`--brand: #123`) and uses in many places (`var(--brand)`): put in as text where they
 * are used, before a style is read and judged, for custom properties themselves are dropped.
 */
export class OwnValues {
  readonly #values = new Map<string, string>();
  #room = mostLetters;
  #uses = mostUses;

  collect(css: string): void {
    if (!css.includes('--')) return;
    const sheet = new CSSStyleSheet();
    try {
      sheet.replaceSync(css);
    } catch {
      return;
    }
    this.#noteAll(sheet.cssRules, 0);
  }

  /** What stands in no layer counts for more than what stands in one. */
  #noteAll(rules: CSSRuleList, depth: number): void {
    for (const rule of rules)
      if (rule instanceof CSSLayerBlockRule && depth < deepest) this.#noteAll(rule.cssRules, depth + 1);
    for (const rule of rules)
      if (rule instanceof CSSStyleRule && everywhere.test(rule.selectorText)) this.#note(rule.style);
  }

  #note(style: CSSStyleDeclaration): void {
    for (const property of style) {
      const value = style.getPropertyValue(property).trim();
      if (property.startsWith('--') && value.length <= longestValue) this.#values.set(property, value);
    }
  }

  /** `css` with each value in place of its name. What has no value stays, and is dropped with its declaration. */
  putIn(css: string, depth = 0): string {
    let at = css.indexOf('var(');
    if (at < 0 || depth > deepest) return css;
    let out = '';
    let from = 0;
    for (; at >= 0 && this.#uses > 0; at = css.indexOf('var(', Math.max(from, at + 4))) {
      this.#uses -= 1;
      const end = closing(css, at + 4);
      if (end === null) continue;
      const value = this.#valueOf(css.slice(at + 4, end), depth);
      if (value === null) continue;
      out += css.slice(from, at) + value;
      from = end + 1;
    }
    return out + css.slice(from);
  }

  #valueOf(use: string, depth: number): string | null {
    const [whole, property = '', comma] = name.exec(use) ?? [];
    if (whole === undefined) return null;
    const own = this.#values.get(property) ?? (comma === ',' ? use.slice(whole.length).trim() : null);
    if (own === null) return null;
    const value = this.putIn(own, depth + 1);
    if (value.length > longestValue || value.length > this.#room) return null;
    this.#room -= value.length;
    return value;
  }
}

/** Where the bracket closes that was opened before `from`. */
function closing(css: string, from: number): number | null {
  let open = 1;
  for (let at = from; at < Math.min(css.length, from + longestUse); at += 1) {
    if (css[at] === '(') open += 1;
    else if (css[at] === ')' && --open === 0) return at;
  }
  return null;
}
