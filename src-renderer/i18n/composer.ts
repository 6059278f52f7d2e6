export const composerWords = {} as const;
