import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { InputError } from '../../src/common/errors.ts';
import { resolvedYaml } from '../../src/config/resolved.ts';
import type { LayerConfig } from '../../src/experiment/experiment.ts';
import { loadExperiment } from '../../src/load-experiment.ts';

const base = fileURLToPath(new URL('base.yaml', import.meta.url));
const configs = fileURLToPath(new URL('../../configs/', import.meta.url));

/** Writes files into a new folder and loads the first of them. */
async function load(files: Record<string, string>, set: string[] = [], setFile: string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-run-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const [first = ''] = Object.keys(files);
  const files_ = setFile.map((each) => each.replace('=', `=${folder}/`));
  return { folder, ...(await loadExperiment(join(folder, first), { set, setFile: files_ })) };
}

/** The base experiment with additional lines. */
const changed = (text: string, set: string[] = []) =>
  load({ 'changed.yaml': `extends: ${base}\n${text}` }, set);

async function refusal(loading: Promise<unknown>): Promise<string> {
  try {
    await loading;
  } catch (error) {
    expect(error).to.be.instanceOf(InputError);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

describe('loadExperiment', () => {
  it('fills in every default', async () => {
    const { experiment } = await changed('');
    expect(experiment.name).to.equal('changed');
    expect(experiment.seed).to.equal(0);
    expect(experiment.data).to.deep.equal({
      dataset: 'cifar10',
      source: null,
      classes: null,
      limit: { train: null, validation: null },
      validation: 'test',
      splitSeed: null,
      preprocess: 'scale',
      augment: [],
      broken: 'stop',
      resize: { fit: 'stretch', interpolation: 'bilinear' },
      sampling: 'uniform',
      classWeights: null,
    });
    expect(experiment.model.backbone).to.include({ weights: 'random', cut: null });
    expect(experiment.model.backbone.inputShape).to.deep.equal([32, 32, 3]);
    expect(experiment.loss).to.deep.equal({
      name: 'categoricalCrossentropy',
      labelSmoothing: 0,
      gamma: 2,
      alpha: 0.25,
    });
    expect(experiment.metrics).to.deep.equal([{ name: 'accuracy', label: 'accuracy', k: null }]);
    expect(experiment.evaluate).to.deep.equal({ tta: 'none' });
    expect(experiment.phases[1]).to.deep.equal({
      name: 'fine-tune',
      freeze: [],
      epochs: 1,
      batchSize: 32,
      gradientAccumulation: 1,
      optimizer: {
        name: 'adam',
        learningRate: 1e-4,
        weightDecay: null,
        clipNorm: null,
        globalClipNorm: null,
        clipValue: null,
        args: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false },
      },
      learningRateScale: {},
      earlyStopping: null,
      reduceOnPlateau: null,
      ema: null,
    });
  });

  it("names layers like Keras, and avoids the names of the backbone's layers", async () => {
    const { experiment } = await changed(`model:
  backbone:
    layers:
      - conv2d: { filters: 8, kernelSize: 3 }
      - batchNormalization
      - reLU
      - conv2d: { filters: 8, kernelSize: 3, name: conv2d_2 }
      - conv2d: { filters: 8, kernelSize: 3 }
      - conv2d: { filters: 8, kernelSize: 3 }
      - depthwiseConv2d: 3
      - maxPooling2d: 2
  head:
    - globalAveragePooling2d
    - leakyReLU: 0.2
    - dense: 8
    - dense: { units: 10, activation: softmax }`);
    const { from } = experiment.model.backbone;
    const names = (layers: readonly LayerConfig[]) => layers.map(({ name }) => name);
    expect(from.kind === 'layers' && names(from.layers)).to.deep.equal([
      'conv2d',
      'batch_normalization',
      're_lu',
      'conv2d_2',
      'conv2d_1',
      'conv2d_3',
      'depthwise_conv2d',
      'max_pooling2d',
    ]);
    expect(names(experiment.model.head)).to.deep.equal([
      'global_average_pooling2d',
      'leaky_re_lu',
      'dense',
      'dense_1',
    ]);
  });

  it('expands the short forms of layers, augmentations, metrics, optimizers and averages', async () => {
    const { experiment } = await load({
      'short.yaml': `
data:
  dataset: digits
  limit: 100
  augment: [flip, crop: 2, mixup: { alpha: 0.3 }]
model:
  backbone: { name: mobilenet, weights: random, alpha: 0.25, inputShape: [64, 64, 1] }
  head: [globalAveragePooling2d, dropout: 0.1, dense: { units: 10, activation: softmax }]
loss: { name: focal, gamma: 3 }
metrics: [topK, topK: 3, f1]
phases:
  - { name: one, epochs: 1, optimizer: adamw, ema: 0.999 }
  - name: two
    epochs: 1
    optimizer: { name: sgd, learningRate: { schedule: cosine, initialLearningRate: 0.1, warmup: 5 } }
    ema: {}
    earlyStopping: { monitor: val_f1 }
    reduceOnPlateau: {}
`,
    });
    const { data, loss, metrics, model, phases } = experiment;
    expect(data.limit).to.deep.equal({ train: 100, validation: 100 });
    expect(data.preprocess).to.equal('tf');
    expect(data.augment).to.deep.equal([
      { kind: 'flip', args: { direction: 'horizontal' } },
      { kind: 'crop', args: { padding: 2 } },
      { kind: 'mixup', args: { alpha: 0.3 } },
    ]);
    expect(model.backbone.from).to.deep.equal({ kind: 'named', name: 'mobilenet', alpha: 0.25 });
    expect(model.backbone.inputShape).to.deep.equal([64, 64, 1]);
    expect(model.head[1]).to.deep.equal({
      kind: 'dropout',
      name: 'dropout',
      args: { rate: 0.1 },
      inputs: null,
    });
    expect(loss).to.deep.equal({ name: 'focal', labelSmoothing: 0, gamma: 3, alpha: 0.25 });
    expect(metrics.map(({ label, k }) => [label, k])).to.deep.equal([
      ['top5', 5],
      ['top3', 3],
      ['f1', null],
    ]);
    const [one, two] = phases;
    expect(one?.optimizer).to.include({ name: 'adamw', learningRate: 0.001, weightDecay: 0.004 });
    expect(one?.ema).to.deep.equal({ momentum: 0.999 });
    expect(two?.ema).to.deep.equal({ momentum: 0.99 });
    expect(two?.optimizer.learningRate).to.deep.equal({
      schedule: 'cosine',
      args: { initialLearningRate: 0.1, decaySteps: null, alpha: 0 },
      warmup: { steps: 5, from: 0 },
    });
    expect(two?.earlyStopping).to.include({ goal: 'maximize', patience: 0, restoreBest: false });
    expect(two?.reduceOnPlateau).to.include({ monitor: 'val_loss', goal: 'minimize', factor: 0.1 });
  });

  it('replaces variables, and keeps the type of whole values', async () => {
    const { experiment } = await changed(
      `name: width-\${sizes.small}-\${rate}
vars: { wide: { units: "\${sizes.small}" } }
model:
  head: [flatten, dropout: "\${rate}", dense: "\${wide}", dense: { units: 10, activation: softmax }]`,
      ['vars.rate=0.75'],
    );
    expect(experiment.name).to.equal('width-8-0.75');
    expect(experiment.model.head[1]?.args).to.deep.equal({ rate: 0.75 });
    expect(experiment.model.head[2]?.args).to.include({ units: 8 });
  });

  it('overrides values from the command line, by name, index and file', async () => {
    const { experiment } = await load(
      { 'main.yaml': `extends: ${base}`, 'data.yaml': 'dataset: digits\nvalidation: 0.5' },
      [
        'phases.head.epochs=7',
        'phases[1].epochs=8',
        'phases.1.earlyStopping.patience=3',
        'model.head[1].dropout=1e-1',
        'seed=5',
      ],
      ['data=data.yaml'],
    );
    expect(experiment.phases.map(({ epochs }) => epochs)).to.deep.equal([7, 8]);
    expect(experiment.phases[1]?.earlyStopping).to.include({ patience: 3 });
    expect(experiment.model.head[1]?.args).to.deep.equal({ rate: 0.1 });
    expect(experiment.seed).to.equal(5);
    expect(experiment.data).to.include({ dataset: 'digits', validation: 0.5 });
  });

  it('merges the extended file: maps merge, lists replace, phases merge by name', async () => {
    const { experiment } = await load({
      'a.yaml': `extends: more/b.yaml
seed: 3
metrics: [mse]
phases:
  - { name: fine-tune, epochs: 9 }
  - { name: last, epochs: 2, optimizer: sgd }`,
      'more/b.yaml': `extends: ${base}
seed: 2
metrics: [accuracy, f1]
data: { limit: 50 }
phases:
  - { name: head, optimizer: { learningRate: 0.5 } }`,
    });
    expect(experiment.seed).to.equal(3);
    expect(experiment.metrics.map(({ name }) => name)).to.deep.equal(['mse']);
    expect(experiment.data.limit).to.deep.equal({ train: 50, validation: 50 });
    expect(experiment.data.dataset).to.equal('cifar10');
    expect(experiment.phases.map(({ name, epochs }) => [name, epochs])).to.deep.equal([
      ['head', 1],
      ['fine-tune', 9],
      ['last', 2],
    ]);
    expect(experiment.phases[0]?.freeze).to.deep.equal(['backbone']);
    expect(experiment.phases[0]?.optimizer).to.include({ name: 'adam', learningRate: 0.5 });
  });

  it('resolves relative paths from the file that contains them', async () => {
    const { experiment, folder } = await load({
      'main.yaml': 'extends: below/part.yaml\nmodel: { backbone: { weights: w.h5 } }',
      'below/part.yaml': `extends: ${base}\ndata: { dataset: folder, source: images }\nmodel: { backbone: { inputShape: [8, 8, 3] } }`,
    });
    expect(experiment.data.source).to.equal(join(folder, 'below/images'));
    expect(experiment.model.backbone.weights).to.equal(join(folder, 'w.h5'));
    const set = ['data.source=other', 'model.backbone.weights=https://example.org/w.h5'];
    const other = await load({ 'main.yaml': `extends: ${base}` }, set);
    expect(other.experiment.data.source).to.equal(join(process.cwd(), 'other'));
    expect(other.experiment.model.backbone.weights).to.equal('https://example.org/w.h5');
  });

  it('reports errors in the file that contains the value', async () => {
    const message = await refusal(
      load({ 'a.yaml': 'extends: b.yaml\nsead: 1', 'b.yaml': `extends: ${base}\n\nseed: x` }),
    );
    const [a, b, ...rest] = message.split('\n');
    expect(a).to.match(/a\.yaml:2:1 {2}sead {2}unknown key/);
    expect(b).to.match(/b\.yaml:3:7 {2}seed {2}must be a whole number/);
    expect(rest).to.deep.equal([]);
  });

  it('shows the chain of files that extend each other', async () => {
    const message = await refusal(
      load({
        'a.yaml': 'extends: b.yaml',
        'b.yaml': 'extends: c.yaml',
        'c.yaml': 'extends: a.yaml',
      }),
    );
    expect(message).to.match(/c\.yaml:1:10 .*a\.yaml → \S*b\.yaml → \S*c\.yaml → \S*a\.yaml$/);
  });

  it('locates problems that are found later', async () => {
    const { source } = await changed(
      'model:\n  head:\n    - flatten\n    - dense: { units: 10, activation: softmax }',
    );
    const error = source?.errorAt([
      { path: ['phases', 0, 'freeze', 0], message: 'matches no layer' },
      { path: ['model', 'head', 1], message: 'is too wide' },
      { path: ['model', 'head', 1, 'dense', 'bias'], message: 'is not there' },
    ]);
    const lines = (error?.message ?? '').split('\n');
    expect(lines.map((line) => line.replaceAll(/\/\S*\//g, ''))).to.have.members([
      'base.yaml:15:14  phases[0].freeze[0]  matches no layer. changed.yaml can override it: phases: [{ name: head, freeze: […] }], with all items',
      'changed.yaml:5:7  model.head[1]  is too wide',
      'changed.yaml:5:7  model.head[1].dense.bias  is not there',
    ]);
  });

  it('names the encoding of a file that is not UTF-8', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'cifar-run-')), 'encoded.yaml');
    const text = `# Größe\nextends: ${base}\n`;
    const bigEndian = Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();
    for (const [bytes, expected] of [
      [Buffer.from(`\uFEFF${text}`, 'utf16le'), 'UTF-16 LE'],
      [Buffer.from(text, 'utf16le'), 'UTF-16 LE'],
      [bigEndian, 'UTF-16 BE'],
      [bigEndian.subarray(2), 'UTF-16 BE'],
      [Buffer.from(`seed: 1\n${text}`, 'latin1'), 'probably Latin-1 or Windows-1252, in line 2'],
      [Buffer.from('seed: 1\n\0\0\x01'), 'binary data, in line 2'],
    ] as const) {
      writeFileSync(file, bytes);
      const loading = loadExperiment(file, { set: [], setFile: [] });
      expect(await refusal(loading)).to.equal(
        `${file}: an experiment file must be text in UTF-8. Received: ${expected}`,
      );
    }
    writeFileSync(file, `\uFEFF${text}`);
    expect((await loadExperiment(file, { set: [], setFile: [] })).experiment.name).to.equal(
      'encoded',
    );
  });

  it('expands ~ to the home folder', async () => {
    const { experiment } = await changed(
      'data: { source: ~/images }\nmodel: { backbone: { weights: ~/vgg.h5 } }',
    );
    expect(experiment.data.source).to.equal(join(homedir(), 'images'));
    expect(experiment.model.backbone.weights).to.equal(join(homedir(), 'vgg.h5'));
    expect((await changed('data: { source: ~images }')).experiment.data.source).to.match(
      /\/~images$/,
    );
  });

  it('keeps the text, and normalizes the sweep', async () => {
    const { text, sweep } = await changed(
      'sweep: { parameters: { seed: { values: [1, 2] } } }\nseed: 1',
    );
    expect(text).to.contain('sweep: { parameters');
    expect(sweep?.parameters.seed?.values).to.deep.equal([1, 2]);
    expect((await changed('')).sweep).to.equal(null);
  });

  describe('writes the resolved experiment as a file of the same experiment', () => {
    for (const name of readdirSync(configs).filter((each) => each.endsWith('.yaml'))) {
      it(name, async () => {
        const first = await loadExperiment(join(configs, name), { set: [], setFile: [] });
        const again = await load({ 'resolved.yaml': resolvedYaml(first.experiment) });
        expect(again.experiment).to.deep.equal(first.experiment);
        expect(resolvedYaml(again.experiment)).to.equal(resolvedYaml(first.experiment));
      });
    }

    it('with all keys', async () => {
      const first = await load({
        'all.yaml': `
data: { dataset: digits, validation: 0.1, augment: [flip, brightness: 0.1] }
model:
  backbone:
    layers:
      - conv2d: { filters: 4, kernelSize: [3, 5], kernelInitializer: { truncatedNormal: { stddev: 0.1 } }, kernelRegularizer: { l2: 1e-4 }, name: a }
      - conv2d: { filters: 4, kernelSize: [3, 5], inputs: [input], name: b }
      - add: { inputs: [a, b] }
      - zeroPadding2d: [[1, 0], [0, 1]]
  head: [flatten, rescaling: { scale: [2] }, dense: { units: 10, activation: softmax }]
loss: { name: focal }
metrics: [topK: 2, auc]
phases:
  - name: only
    epochs: 1
    freeze: [a, { upTo: b }]
    optimizer: { name: sgd, momentum: 0.9, nesterov: true, clipNorm: 1, learningRate: { schedule: piecewise, boundaries: [1, 2], values: [0.1, 0.01, 0.001], warmup: { steps: 2 } } }
    learningRateScale: { "a*": 0.1 }
    earlyStopping: {}
    reduceOnPlateau: { goal: maximize }
    ema: 0.9
evaluate: { tta: flip }
`,
      });
      const again = await load({ 'resolved.yaml': resolvedYaml(first.experiment) }, ['name=all']);
      expect(again.experiment).to.deep.equal(first.experiment);
    });
  });

  describe('rejects excessive input quickly', () => {
    const repeat = (text: string, count: number) => text.repeat(count);
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [before, letter] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg']) {
      bomb.push(`${letter}: &${letter} [${Array(10).fill(`*${before}`).join(', ')}]`);
    }
    const doubling = Array.from({ length: 30 }, (_, i) => `v${i + 1}: ["\${v${i}}", "\${v${i}}"]`);
    const growing = Array.from({ length: 30 }, (_, i) => `v${i + 1}: "\${v${i}}\${v${i}}"`);
    for (const [what, text, expected] of [
      [
        '10 MB',
        `name: ${repeat('x', 10_000_000)}`,
        /an experiment file may have \d+ bytes\. Received: 10000006 bytes/,
      ],
      ['1,000 nested maps', repeat('{a: ', 1000) + repeat('}', 1000), /nested too deeply/],
      [
        'maps in blocks',
        Array.from({ length: 500 }, (_, i) => `${repeat(' ', i)}a:`).join('\n'),
        /nested too deeply/,
      ],
      ['brackets without end', repeat('[ ', 120_000), /nested too deeply/],
      ['as many as the stack takes', repeat('[ ', 10_000), /nested too deeply/],
      ['dashes without end', repeat('- ', 120_000), /nested too deeply/],
      ['keys of keys', repeat('? ', 120_000), /nested too deeply/],
      ['an alias bomb', bomb.join('\n'), /more than 20000 values, aliases included/],
      [
        '20,000 keys',
        Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n'),
        /more than 20000 values/,
      ],
      [
        'variables that double',
        `vars: { v0: 1, ${doubling.join(', ')} }`,
        /more than 20000 values/,
      ],
      [
        'variables that grow',
        `extends: ${base}\nvars: { v0: xxxx, ${growing.join(', ')} }`,
        /a text of \d+ characters/,
      ],
    ] as const) {
      it(what, async () => {
        const start = process.cpuUsage();
        const message = await refusal(load({ 'much.yaml': text }));
        expect(message.split('\n')).to.have.length(1);
        expect(message).to.match(expected);
        // CPU time does not count other processes.
        const { user, system } = process.cpuUsage(start);
        expect((user + system) / 1e6, 'seconds').to.be.below(3);
      });
    }

    it('an endless device, a folder and a missing file', async () => {
      const none = { set: [], setFile: [] };
      expect(await refusal(loadExperiment('/dev/zero', none))).to.match(
        /^\/dev\/zero: an experiment file may have/,
      );
      expect(await refusal(loadExperiment('nonsense.yaml', none))).to.equal(
        'nonsense.yaml: there is no such file; an experiment is a YAML file, e.g. experiment.yaml',
      );
      expect(await refusal(loadExperiment(tmpdir(), none))).to.match(/is a folder|EISDIR/);
    });
  });
});
