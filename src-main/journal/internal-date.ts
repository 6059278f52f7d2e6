/**
 * A moment as INTERNALDATE can say it (RFC 3501 §9, date-time): in whole seconds. With more, what we put on a server
 * would not be known again there by its date (R7).
 */
export const internalDateOf = (at: number): number => Math.floor(at / 1_000) * 1_000;
