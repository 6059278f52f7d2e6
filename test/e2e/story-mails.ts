import { composeMail } from '../../src-main/demo/mails/compose.ts';
import { people } from '../../src-main/demo/mails/people.ts';
import type { DemoPerson } from '../../src-main/demo/world.ts';

interface StoryMail {
  from: { name: string; address: string };
  subject: string;
  text: string;
  minutesAgo: number;
  seen: boolean;
}

/** What happens to each is in the test; each is named after it. */
const mails = {
  answered: {
    from: { name: 'Ina Verhoeven', address: 'ina@noordlicht.test' },
    subject: 'Friday at the harbour museum',
    text: 'The posters hang, all but one. Can you come on Friday at four and look at the light?\n\nIna, from the office',
    minutesAgo: 9,
    seen: false,
  },
  archived: {
    from: people.ann,
    subject: 'The table by the window',
    text: 'They kept it for us. Half past twelve on Thursday, then. I have told them about the cake.\n\nAnn',
    minutesAgo: 16,
    seen: false,
  },
  marked: {
    from: people.jonas,
    subject: 'The copper has come',
    text: 'It lies in the yard under the tarpaulin. If the rain holds off we begin on Monday.\n\nJonas',
    minutesAgo: 5,
    seen: false,
  },
  starred: {
    from: people.piotr,
    subject: 'Spare key for the boathouse',
    text: 'It hangs behind the blue oar, as always. Please put it back this time.\n\nPiotr',
    minutesAgo: 44,
    seen: true,
  },
  moved: {
    from: people.sofia,
    subject: 'Trains to Málaga in April',
    text: 'There is one at 7.40 and one at 11.05. The early one has the view.\n\nSofía',
    minutesAgo: 58,
    seen: true,
  },
  deleted: {
    from: people.anneke,
    subject: 'The cake again',
    text: 'Forget what I wrote about the marzipan.\n\nAnneke',
    minutesAgo: 71,
    seen: true,
  },
  filed: {
    from: people.chidi,
    subject: 'Crew list for the spring regatta',
    text: 'Eight names, one cox, nobody is ill yet. The boat is reserved from nine.\n\nChidi',
    minutesAgo: 84,
    seen: true,
  },
} as const satisfies Record<string, StoryMail>;

export type StoryRole = keyof typeof mails;

export const subjectOf = (role: StoryRole): string => mails[role].subject;

export const messageIdOf = (role: StoryRole): string => `<story-${role}@posthorn.test>`;

/** The bytes of all of them, newest first, for a folder of `to`. */
export function storyMails(to: DemoPerson): { bytes: Buffer; flags: string[]; internalDate: Date }[] {
  return (Object.keys(mails) as StoryRole[]).map((role) => {
    const { from, subject, text, minutesAgo, seen } = mails[role];
    const date = new Date(Date.now() - minutesAgo * 60_000);
    return {
      bytes: composeMail({ from, to: [to], date, subject, text, messageId: messageIdOf(role) }),
      flags: seen ? ['\\Seen'] : [],
      internalDate: date,
    };
  });
}
