import { fileURLToPath } from 'node:url';

/**
 * The folder that holds package.json and build/: the checkout, or the package. This file is two folders below it, and
 * so is the bundle that it becomes part of (vite.main.config.ts).
 */
export const appRoot = fileURLToPath(new URL('../../', import.meta.url));
