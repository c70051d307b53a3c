import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { Plan } from '../../src/plan/plan.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const post = 'configs/vgg19-two-phase.yaml';

function check(...args: string[]) {
  const command = ['--import', 'tsx', 'src/cli.ts', 'check', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('cifar-run check', function (this: Mocha.Suite) {
  this.timeout(20_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'cifar-run-check-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("prints Keras' parameters for each phase of the post's experiment", () => {
    const { status, stdout } = check(post);
    expect(status).to.equal(0);
    expect(stdout).to.contain('21,605,002 parameters');
    expect(stdout).to.match(/^head +50 +32 +adam +1,578,570 +20,026,432 /m);
    expect(stdout).to.match(/^fine-tune +150 +32 +adam +21,602,954 +2,048 /m);
  });

  it('warns of a batch size above the number of images', () => {
    const args = ['configs/digits.yaml', '--set', 'data.limit.train=31'];
    const { status, stdout } = check(...args);
    expect(status).to.equal(0);
    expect(stdout.trim().split('\n').slice(-2)).to.deep.equal([
      'warning: phase head: batchSize 32 is above the 31 training images, so an epoch is one step',
      'warning: phase fine-tune: batchSize 32 is above the 31 training images, so an epoch is one step',
    ]);
    const [plan] = JSON.parse(check('configs/digits.yaml', '--json').stdout);
    expect(plan.warnings).to.deep.equal([]);
  });

  it('prints plans as JSON', () => {
    const plans: Plan[] = JSON.parse(check(post, 'configs/digits.yaml', '--json').stdout);
    expect(plans.map(({ name }) => name)).to.deep.equal(['vgg19-two-phase', 'digits']);
    expect(plans[0]?.layers).to.have.length(48);
  });

  it('prints the runs of a sweep with their settings', () => {
    const { status, stdout } = check('configs/sweep-grid.yaml');
    expect(status).to.equal(0);
    expect(stdout).to.match(/^18 runs$/m);
    expect(stdout).to.match(
      /^run +id +vars\.dropout +phases\.head\.optimizer\.learningRate +seed /m,
    );
    expect(stdout).to.match(/^ +18 +[0-9a-f]{10} +0\.5 +0\.0003 +44 +60,549 /m);
    const [plan] = JSON.parse(check('configs/sweep-grid.yaml', '--json').stdout);
    expect(plan.runs).to.have.length(18);
    expect(plan.runs[0].settings).to.deep.equal({
      'vars.dropout': 0,
      'phases.head.optimizer.learningRate': 1e-3,
      seed: 42,
    });
  });

  it('prints a resolved file of the same experiment', () => {
    const resolved = join(folder, 'resolved.yaml');
    writeFileSync(resolved, check(post, '--resolved').stdout);
    const ids = [post, resolved].map((file) => JSON.parse(check(file, '--json').stdout)[0].id);
    expect(ids[1]).to.equal(ids[0]);
  });

  it('prints all errors of all files with their places, and exits with 2', () => {
    const wrong = join(folder, 'wrong.yaml');
    writeFileSync(
      wrong,
      [
        'data: { dataset: cifar10, preprocess: caffe }',
        'model:',
        '  backbone: { name: vgg16, weights: random, inputShape: [32, 32, 3] }',
        '  head:',
        '    - flatten',
        '    - dense: { units: 100, activation: softmax }',
        'phases:',
        '  - { name: a, epochs: 1, freeze: [blok1_conv1], optimizer: { name: sgd, learningRate: 0.1 } }',
      ].join('\n'),
    );
    const { status, stderr } = check(post, wrong, join(folder, 'absent.yaml'));
    expect(status).to.equal(2);
    expect(stderr).to.contain(
      `${wrong}:6:7  model.head[1]  the last layer must give one number for each of the 10 classes. Received: 100`,
    );
    expect(stderr).to.contain(
      'phases[0].freeze[0]  blok1_conv1 matches no layer. Did you mean block1_conv1?',
    );
    expect(stderr).to.contain('absent.yaml');
  });
});
