import {
  AnnotationMode,
  getDocument,
  GlobalWorkerOptions,
  PasswordException,
  VerbosityLevel,
  type PDFPageProxy,
} from 'pdfjs-dist';
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url';

export interface DrawnPage {
  /** In points, as the file says it: 1/72 inch. */
  width: number;
  height: number;
  /** WebP. */
  base64: string;
  /** The words of the page in the order of the file, for those who hear it. */
  text: string;
}
export type PdfAnswer =
  { state: 'drawn'; total: number; pages: DrawnPage[] } | { state: 'password' } | { state: 'broken' };

/** Pixels across: the width of the dialog on a screen of two pixels to one. */
const drawnWidth = 1500;
const mostPixels = 6_000_000;
const longestText = 4_000;

GlobalWorkerOptions.workerSrc = workerUrl;
const beside = (folder: string): string => new URL(`pdf/${folder}/`, location.href).href;

/**
 * Draws pages as pictures. Nothing of the file acts: scripts, forms, links and embedded files belong to parts of the
 * library that are not loaded; what others wrote over the pages (annotations) is drawn as they made it look.
 */
export async function drawPages(data: Uint8Array, from: number, count: number): Promise<PdfAnswer> {
  const task = getDocument({
    data,
    // WebAssembly would need `wasm-unsafe-eval`: the same decoders, compiled to plain scripts, lie beside.
    useWasm: false,
    useWorkerFetch: false,
    wasmUrl: beside('wasm'),
    cMapUrl: beside('cmaps'),
    standardFontDataUrl: beside('fonts'),
    // The system's would be another on each machine, with letters of other widths.
    useSystemFonts: false,
    enableXfa: false,
    disableWorkerRendering: true,
    maxImageSize: 64_000_000,
    verbosity: VerbosityLevel.ERRORS,
  });
  try {
    const document = await task.promise;
    const pages: DrawnPage[] = [];
    for (let at = from; at < Math.min(document.numPages, from + count); at += 1) {
      const page = await document.getPage(at + 1);
      pages.push(await drawn(page));
      page.cleanup();
    }
    return { state: 'drawn', total: document.numPages, pages };
  } catch (error) {
    if (error instanceof PasswordException) return { state: 'password' };
    throw error;
  } finally {
    await task.destroy();
  }
}

async function drawn(page: PDFPageProxy): Promise<DrawnPage> {
  const plain = page.getViewport({ scale: 1 });
  const { width, height } = plain;
  const scale = Math.min(drawnWidth / width, Math.sqrt(mostPixels / (width * height)), 4);
  const viewport = page.getViewport({ scale });
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.floor(viewport.width));
  canvas.height = Math.max(1, Math.floor(viewport.height));
  await page.render({
    canvas,
    viewport,
    // For paper: a hidden page has no animation frames to wait for.
    intent: 'print',
    annotationMode: AnnotationMode.ENABLE,
    background: '#ffffff',
  }).promise;
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/webp', 0.85));
  canvas.width = 0;
  if (blob === null) throw new Error('the page could not be kept as a picture');
  return {
    width,
    height,
    base64: new Uint8Array(await blob.arrayBuffer()).toBase64(),
    text: await textOf(page),
  };
}

async function textOf(page: PDFPageProxy): Promise<string> {
  try {
    const { items } = await page.getTextContent();
    return items
      .map((item) => ('str' in item ? item.str : ''))
      .join(' ')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, longestText);
  } catch {
    return '';
  }
}
