/** True in the packaged build, where Vite replaces it by a constant; a checkout leaves it undefined. */
declare var posthornPackaged: boolean | undefined;
