import { expect } from 'chai';
import { crc32c } from '../../../src/run-folder/tensorboard/events-file.ts';

describe('an events file', () => {
  it('has the checksums of RFC 3720', () => {
    expect(crc32c(new Uint8Array(32))).to.equal(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).to.equal(0x62a8ab43);
    expect(crc32c(Buffer.from('123456789'))).to.equal(0xe3069283);
  });
});
