import type { Person } from './compose.ts';

const person = (name: string, address: string): Person => ({ name, address });

/** Everybody Ina writes with. All domains are reserved for tests (RFC 2606). */
export const people = {
  marta: person('Marta Lindqvist', 'marta@lindqvist-print.example'),
  ann: person('Ann Lee', 'ann.lee@canalside.example'),
  misaki: person('田中 美咲', 'misaki.tanaka@minato-archive.example'),
  layla: person('ليلى حداد', 'layla@haddad-translations.example'),
  piotr: person('Piotr Zieliński', 'piotr@boathouse.example'),
  jonas: person('Jonas Verhoeven', 'jonas@verhoeven-roofs.example'),
  chidi: person('Chidi Okafor', 'c.okafor@rowing.example'),
  sofia: person('Sofía Marín', 'sofia.marin@faro.example'),
  anneke: person('Anneke Visser', 'anneke@visser-bakt.example'),
  ayse: person('Dr. Ayşe Yıldırım', 'randevu@yildirim-klinik.example'),
  nikos: person('Νίκος Παπαδόπουλος', 'nikos@marina-works.example'),
  olga: person('Ольга Смирнова', 'o.smirnova@chart-room.example'),
  noa: person('נועה לוי', 'noa@paper-boats.example'),
  minjun: person('김민준', 'minjun.kim@lighthouse.example'),
  asa: person('Åsa Öberg', 'asa.oberg@tidvatten.example'),
  francois: person('François Le Goff', 'flegoff@marees.example'),
  priya: person('Priya Raghunathan', 'priya@north-pier.example'),
  tomas: person('Tomáš Dvořák', 'tomas@dvorak-glass.example'),
} as const;

export const senders = {
  canal: person('The Canal Letter', 'letter@canal-letter.example'),
  press: person('Harbour Museum press office', 'press@harbour-museum.example'),
  rail: person('Nordic Rail', 'tickets@nordicrail.example'),
  power: person('Stadtwerke Lüneburg', 'rechnung@stadtwerke.example'),
  library: person('Bibliotheek Noord', 'attendering@bieb-noord.example'),
  hosting: person('Hosting of noordlicht.example', 'status@hosting.example'),
  passport: person('Passport office', 'no-reply@passports.example'),
  tideTeam: person('Tide Tables team', 'tide-tables@lists.tidewatch.example'),
  treasurer: person('Rowing club treasurer', 'treasurer@rowing.example'),
  shop: person('Ropes & Rigging', 'orders@ropes-rigging.example'),
  daemon: person('Mail server of example.net', 'MAILER-DAEMON@mx.example.net'),
  forum: person('Harbour pilots list', 'pilots@lists.harbour.example'),
  prize: person('Grand Prize Department', 'winner@lucky-draw.invalid'),
} as const;

export const correspondents: readonly Person[] = Object.values(people);
