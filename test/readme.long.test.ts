import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';

const root = fileURLToPath(new URL('..', import.meta.url));

const EPOCHS = '--set phases.head.epochs=1 --set phases.fine-tune.epochs=1';
const SMALL = `--set data.limit=40 ${EPOCHS}`;
/** The server of keras.applications may be out of reach. */
const RANDOM = '--set model.backbone.weights=random';
const IMAGES = '--set data.source=test/config/images --set data.validation=0.3';

/** What is added to a command to make it short. All other commands run as they are. */
const ADDED: Readonly<Record<string, string>> = {
  'npm ci && npm run quickstart': `-- ${SMALL}`,
  'npx cifar-run configs/digits.yaml --set phases.head.epochs=2 --set seed=7': SMALL,
  'npx cifar-run configs/digits.yaml --set seed=8': SMALL,
  'npx cifar-run configs/digits.yaml --profile': SMALL,
  'npx cifar-run configs/sweep-grid.yaml --jobs 2': `${SMALL} --set sweep.seeds=2 --set 'sweep.parameters={vars.dropout: {values: [0, 0.5]}}'`,
  'npx cifar-run images.yaml': SMALL,
  'npx cifar-run configs/cifar10-two-phase.yaml': SMALL,
  'npx cifar-run configs/cifar10-fine-tune.yaml':
    '--set data.limit=40 --set phases.fine-tune.epochs=1',
  'npx cifar-run configs/mobilenet-two-phase.yaml --set phases.fine-tune.epochs=8': `${SMALL} ${RANDOM}`,
  'npx cifar-run configs/vgg19-two-phase.yaml --set "data.limit={train: 10000, validation: 2000}" --set model.backbone.cut=block3_pool --set phases.head.epochs=12 --set phases.fine-tune.epochs=10': `${SMALL} ${RANDOM}`,
  'npx cifar-run configs/vgg19-head-sweep.yaml --set model.backbone.cut=block3_pool --jobs 2 --threads 1 --resume': `${RANDOM} --set data.limit=40 --set phases.head.epochs=1 --set sweep.seeds=1`,
};

/** What a reader replaces in a command. */
const REPLACED: readonly (readonly [RegExp, string])[] = [
  [/init \/path\/to\/images/, 'init digits --images 200 --splits 2 --sizes 32,48'],
  [/(predict \S+) \/path\/to\/images/, '$1 docs/results/quickstart'],
  [/--set data\.source=\/path\/to\/images/, `${IMAGES} ${RANDOM} ${SMALL}`],
  [/diff [0-9a-f]{10} [0-9a-f]{10}/, 'diff latest~1 latest'],
];

/** Commands that other tests run. */
const SKIPPED = [
  // These tests.
  'npm ci && npm test',
  // It serves until it is stopped; test/ui.
  'npx cifar-run ui',
  // It needs an interrupted run; test/faults.
  'npx cifar-run resume digits/latest',
];

/** Returns the commands of the indented blocks; a backslash continues a line. */
function commandsOf(markdown: string): string[] {
  const outside = markdown.replace(/^```.*?^```/gms, '').replace(/ \\\n\s+/g, ' ');
  return [...outside.matchAll(/^ {4}(np[mx] .*)$/gm)].map(([, command = '']) => command);
}

describe('the commands of README', function (this: Mocha.Suite) {
  this.timeout(600_000);
  let clone: string;

  before(async () => {
    clone = await mkdtemp(join(tmpdir(), 'cifar-run-readme-'));
    await execa('git', ['clone', '--quiet', root, clone]);
  });
  after(() => rm(clone, { recursive: true, force: true }));

  it('run as they are written, one after the other, in a fresh clone', async () => {
    const commands = commandsOf(await readFile(join(clone, 'README.md'), 'utf8'));
    const known = [...Object.keys(ADDED), ...SKIPPED];
    expect(commands).to.include.members(known);
    for (const command of commands.filter((each) => !SKIPPED.includes(each))) {
      const longer = [command, ADDED[command]].filter((part) => part !== undefined).join(' ');
      const short = REPLACED.reduce((text, [from, to]) => text.replace(from, to), longer);
      const { exitCode, all } = await execa({
        cwd: clone,
        shell: true,
        all: true,
        reject: false,
      })`${short}`;
      expect(exitCode, `${short}\n${all}`).to.equal(0);
    }
  });
});
