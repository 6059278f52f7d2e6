import { describe } from 'vitest';
import { createFakeBackend, FakeMailServer } from '../fakes/fake-backend.ts';
import { backendContract } from './backend-contract.ts';

describe.each([
  ['with every extension', {}],
  ['bare', { condstore: false, uidplus: false, move: false }],
])('fake backend, %s', (_name, capabilities) => {
  const backend = createFakeBackend(new FakeMailServer(), { capabilities });
  backendContract({ backend: () => backend, delimiter: '/' }, 'bulk');
});
