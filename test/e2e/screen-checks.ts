import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Page } from 'playwright-core';
import { axeTags } from '../harness/axe-tags.ts';

const artefacts = 'test-artefacts/screenshots';
const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface AxeResult {
  violations: {
    id: string;
    impact: string | null;
    tags: string[];
    nodes: { html: string; any: { message: string }[] }[];
  }[];
}

/** Pictures of the README are made anew only when POSTHORN_SCREENSHOTS asks for it. */
export async function takePicture(page: Page, name: string, forDocs = false): Promise<void> {
  mkdirSync(artefacts, { recursive: true });
  await settle(page);
  await page.screenshot({ path: `${artefacts}/${name}.png` });
  if (!forDocs || process.env['POSTHORN_SCREENSHOTS'] === undefined) return;
  const path = `docs/screenshots/${name}.png`;
  mkdirSync(dirname(path), { recursive: true });
  await page.screenshot({ path });
}

/** Fonts are there and no transition runs. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined)));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}

/** A01: what axe finds against WCAG A and AA, and of the rest what is serious or critical; `screen` names it in the failure. */
export async function axeFaults(page: Page, screen: string, onlyColours: boolean): Promise<string[]> {
  await settle(page);
  // By the debugger's evaluation: the pages' policy forbids every script that is not theirs.
  await page.evaluate(await readFile(axeFile, 'utf8'));
  const runOnly = onlyColours
    ? { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }
    : { type: 'tag', values: axeTags };
  const { violations } = await page.evaluate((wanted) => {
    const { axe } = window as unknown as {
      axe: { run(context: unknown, options: unknown): Promise<AxeResult> };
    };
    // A mail's own HTML is its sender's.
    return axe.run(document, { iframes: false, resultTypes: ['violations'], runOnly: wanted });
  }, runOnly);
  return violations
    .filter(
      ({ impact, tags }) =>
        impact === 'serious' || impact === 'critical' || tags.some((tag) => /^wcag\d+a/.test(tag)),
    )
    .map(
      ({ id, nodes }) =>
        `${screen}: ${id}: ${nodes
          .slice(0, 3)
          .map((node) => `${node.html.slice(0, 140)} (${node.any[0]?.message.slice(0, 160) ?? ''})`)
          .join(' | ')}`,
    );
}

/** Every rule in the light; in the dark those that colours decide, for nothing else differs. */
export async function axeInBothThemes(page: Page, screen: string): Promise<string[]> {
  const faults = await axeFaults(page, `${screen}, light`, false);
  await page.emulateMedia({ colorScheme: 'dark' });
  faults.push(...(await axeFaults(page, `${screen}, dark`, true)));
  await page.emulateMedia({ colorScheme: 'light' });
  return faults;
}

/** Faults of a screen in both themes, and on POSTHORN_SCREENSHOTS its pictures: light, dark, and 480 px narrow. */
export async function lookAt(page: Page, screen: string): Promise<string[]> {
  const faults = await axeInBothThemes(page, screen);
  const wide = page.viewportSize();
  if (process.env['POSTHORN_SCREENSHOTS'] === undefined || wide === null) return faults;
  await takePicture(page, screen);
  await page.emulateMedia({ colorScheme: 'dark' });
  await takePicture(page, `${screen}-dark`);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 480, height: 800 });
  await takePicture(page, `${screen}-narrow`);
  await page.setViewportSize(wide);
  return faults;
}

/** Null when the focus is seen; else what has it, or that nothing has. */
export async function focusFault(page: Page): Promise<string | null> {
  return page.evaluate(() => {
    const active = document.activeElement;
    if (active === null || active === document.body) return 'nothing has the focus';
    if (!(active instanceof HTMLElement)) return null;
    const box = active.getBoundingClientRect();
    const name = `${active.localName}${active.id === '' ? '' : `#${active.id}`} “${(active.getAttribute('aria-label') ?? active.textContent).trim().slice(0, 50)}”`;
    if (box.width === 0 || box.height === 0) return `${name} is not drawn`;
    const writes = active.isContentEditable || active.matches('input, textarea');
    // A field in which one writes shows its caret.
    if (writes)
      return getComputedStyle(active).caretColor === 'transparent' ? `${name} hides its caret` : null;
    const looks = (element: Element): string => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
      return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0 ? 'outline' : boxShadow;
    };
    if (looks(active) === 'outline') return null;
    const after = getComputedStyle(active, '::after');
    if (after.content !== 'none' && after.content !== 'normal') return null;
    return active.matches('[tabindex="-1"]') ? null : `${name} does not show that it has the focus`;
  });
}
