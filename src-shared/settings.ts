import * as v from 'valibot';

/** The program's own settings (accounts are kept beside them). One schema: read, write and default. */
export const settingsSchema = v.object({
  theme: v.optional(v.picklist(['system', 'light', 'dark']), 'system'),
  density: v.optional(v.picklist(['comfortable', 'compact']), 'comfortable'),
  layout: v.optional(v.picklist(['columns', 'rows']), 'columns'),
  /** Lists show conversations, not single messages. */
  threaded: v.optional(v.boolean(), true),
  /** Where it is otherwise: "folder:<folderId>" or "unified:<role>". */
  threadedIn: v.optional(
    v.pipe(v.record(v.pipe(v.string(), v.maxLength(300)), v.boolean()), v.maxEntries(5_000)),
    {},
  ),
  /** Size of the text of messages, 1 = 100 %. */
  messageZoom: v.optional(v.pipe(v.number(), v.minValue(0.3), v.maxValue(5)), 1),
  foldersWidth: v.optional(v.pipe(v.number(), v.minValue(160), v.maxValue(400)), 220),
  listWidth: v.optional(v.pipe(v.number(), v.minValue(280), v.maxValue(700)), 400),
  keys: v.optional(v.picklist(['gmail', 'thunderbird']), 'gmail'),
  notifications: v.optional(v.boolean(), true),
  undoSendSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(60)), 10),
  composeRich: v.optional(v.boolean(), true),
  /** Seconds until a shown message counts as read; 0 at once, −1 never by itself. */
  markReadSeconds: v.optional(v.pipe(v.number(), v.minValue(-1), v.maxValue(60)), 1),
  stayOffline: v.optional(v.boolean(), false),
  /** Addresses (lower case) whose pictures from outside are shown, when the mail is really from them. */
  remoteImagesFrom: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(400))), v.maxLength(2_000)), []),
  /** Signatures of opened mail are checked here where the own server left no word: asks the sender's name server. */
  checkSignatures: v.optional(v.boolean(), false),
  providerDatabaseUrl: v.optional(v.pipe(v.string(), v.maxLength(1000)), ''),
});
export type Settings = v.InferOutput<typeof settingsSchema>;

export const defaultSettings: Settings = v.parse(settingsSchema, {});
