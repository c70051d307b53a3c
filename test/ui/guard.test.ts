import { hostname } from 'node:os';
import { expect } from 'chai';
import { isOwn } from '../../src/ui/server/guard.ts';

const OWN = ['localhost', 'localhost:8321', '127.0.0.1:9', '[::1]:8321', 'LOCALHOST:1'];
const REBOUND = [
  'example.com',
  'localhost.example.com:8321',
  '127.0.0.1.nip.io',
  '',
  'local host',
  'x@localhost',
];

describe('the names of the server', () => {
  it('are those of this machine alone where no other can reach it', () => {
    for (const host of ['127.0.0.1', 'localhost', '::1']) {
      for (const name of OWN) expect(isOwn(name, { host }), name).to.equal(true);
      for (const name of [...REBOUND, '192.168.1.7', '[fe80::1]'])
        expect(isOwn(name, { host }), name).to.equal(false);
    }
  });

  it('are addresses and what it was told where others can', () => {
    for (const host of ['0.0.0.0', '::', 'lab.example.org']) {
      for (const name of [...OWN, '192.168.1.7:8321', '[fe80::1]:8321', `${hostname()}:8321`])
        expect(isOwn(name, { host }), name).to.equal(true);
      for (const name of REBOUND) expect(isOwn(name, { host }), name).to.equal(false);
    }
    expect(isOwn('lab.example.org:80', { host: 'lab.example.org' })).to.equal(true);
  });
});
