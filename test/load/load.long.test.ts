import { expect } from 'chai';
import { useEngine } from '../engine.ts';
import { manyFolders, manyImages, manyRuns, manySteps } from './load.ts';

/** The measures of `npm run load`, in small. */
describe('load', function (this: Mocha.Suite) {
  this.timeout(600_000);
  // Installs the engine.
  useEngine();

  before(function () {
    // Memory is read from /proc.
    if (process.platform !== 'linux') this.skip();
  });

  it('of many runs: all finish', async () => {
    expect((await manyRuns(12)).finished).to.equal(12);
  });

  it('of many folders of runs: they are listed, compared and shown', async () => {
    const { list, compare, ui } = await manyFolders(1000);
    expect(list.output.match(/finished/g)).to.have.length(1000);
    expect(compare.output.match(/finished/g)).to.have.length.at.least(1000);
    expect(JSON.parse(ui.rows)).to.have.property('rows').with.length.at.least(1);
  });

  it('of many images: they are decoded and trained in bounded memory', async () => {
    const { output, megabytes } = await manyImages(5000);
    expect(output).to.contain('epoch 1');
    expect(megabytes.most).to.be.below(1500);
  });

  it('of many steps: the memory stays flat', async () => {
    const { output, megabytes } = await manySteps(10_000);
    expect(output).to.contain('epoch 63');
    expect(megabytes.late - megabytes.early).to.be.below(250);
  });
});
