import type { BackendCapabilities } from '../backend.ts';
import { appendLimit } from './commands/append.ts';
import { mayNotify } from './commands/notify.ts';
import type { ImapPort } from './port.ts';

export const nothing: BackendCapabilities = {
  condstore: false,
  qresync: false,
  uidplus: false,
  move: false,
  idle: false,
  listStatus: false,
  specialUse: false,
  appendLimit: null,
};

export function capabilitiesOf(port: ImapPort): BackendCapabilities {
  const has = (name: string): boolean => port.capabilities.has(name);
  return {
    condstore: has('CONDSTORE') || has('QRESYNC'),
    // Turned on, not only offered (server-quirks.ts).
    qresync: port.profile.enabled.has('QRESYNC'),
    uidplus: has('UIDPLUS'),
    move: has('MOVE'),
    idle: has('IDLE'),
    listStatus: has('LIST-STATUS'),
    specialUse: has('SPECIAL-USE'),
    appendLimit: appendLimit(port.capabilities),
    objectId: has('OBJECTID'),
    notify: mayNotify(port),
    multiAppend: has('MULTIAPPEND'),
    replace: has('REPLACE'),
    quota: has('QUOTA'),
    acl: has('ACL'),
    personal: port.profile.personal,
  };
}
