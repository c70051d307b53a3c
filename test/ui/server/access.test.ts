import { hostname } from 'node:os';
import { expect } from 'chai';
import { isOwnHost } from '../../../src/ui/server/access.ts';

const LOOPBACK = ['localhost', 'localhost:8321', '127.0.0.1:9', '[::1]:8321', 'LOCALHOST:1'];
const FOREIGN = [
  'example.com',
  'localhost.example.com:8321',
  '127.0.0.1.nip.io',
  '',
  'local host',
  'x@localhost',
];

describe('isOwnHost', () => {
  it('accepts only loopback names on a loopback interface', () => {
    for (const host of ['127.0.0.1', 'localhost', '::1']) {
      for (const name of LOOPBACK) expect(isOwnHost(name, host), name).to.equal(true);
      for (const name of [...FOREIGN, '192.168.1.7', '[fe80::1]'])
        expect(isOwnHost(name, host), name).to.equal(false);
    }
  });

  it('accepts addresses and the names of this machine on other interfaces', () => {
    for (const host of ['0.0.0.0', '::', 'lab.example.org']) {
      for (const name of [...LOOPBACK, '192.168.1.7:8321', '[fe80::1]:8321', `${hostname()}:8321`])
        expect(isOwnHost(name, host), name).to.equal(true);
      for (const name of FOREIGN) expect(isOwnHost(name, host), name).to.equal(false);
    }
    expect(isOwnHost('lab.example.org:80', 'lab.example.org')).to.equal(true);
  });
});
