import { Extension, Node, type Extensions } from '@tiptap/core';
import StarterKit from '@tiptap/starter-kit';

/** The signature as one block, so that another identity can exchange it. */
const signature = Node.create({
  name: 'signature',
  group: 'block',
  content: 'paragraph+',
  defining: true,
  parseHTML: () => [{ tag: 'div[data-signature]' }],
  renderHTML: () => ['div', { 'data-signature': '' }, 0],
});

/** Marks "On … wrote:", before which a signature goes. */
const attribution = Extension.create({
  name: 'attribution',
  addGlobalAttributes: () => [
    {
      types: ['paragraph'],
      attributes: {
        attribution: {
          default: false,
          keepOnSplit: false,
          parseHTML: (element) => element.hasAttribute('data-attribution'),
          renderHTML: (attributes) => (attributes['attribution'] === true ? { 'data-attribution': '' } : {}),
        },
      },
    },
  ],
});

/** What a mail can hold: the basics, and nothing that other programs would not show. */
export const richExtensions: Extensions = [
  StarterKit.configure({
    heading: false,
    codeBlock: false,
    code: false,
    horizontalRule: false,
    trailingNode: false,
    dropcursor: false,
    link: {
      openOnClick: false,
      autolink: true,
      protocols: ['mailto'],
      defaultProtocol: 'https',
      HTMLAttributes: { target: null, rel: null, class: null },
      isAllowedUri: (url) => /^(?:https?:\/\/|mailto:)/iu.test(url),
    },
  }),
  signature,
  attribution,
];
