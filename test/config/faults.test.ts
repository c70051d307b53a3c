import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import fc from 'fast-check';
import { isPair, isScalar, parseDocument, visit } from 'yaml';
import { InputError } from '../../src/common/errors.ts';
import { loadExperiment } from '../../src/load-experiment.ts';
import { planExperiment } from '../../src/plan-experiment.ts';
import { runModelsIn } from '../../src/runs/run-models.ts';

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: the language's own variables
/** A fault in the base experiment, and the place of its message. */
const faults: readonly (readonly [written: string | RegExp, wrong: string, told: RegExp])[] = [
  ['vars: {', 'vars: { rate: 1,', /duplicate key rate/],
  ['preprocess: scale', 'preprocess: scales', /data\.preprocess {2}must be one of .*mean scale\?/],
  ['dataset: cifar10,', 'dataset: cifar10, limt: 5,', /data\.limt {2}unknown key.*mean limit\?/],
  ['    layers:', '    cut: block1\n    layers:', /backbone\.cut {2}the backbone has no layer/],
  ['maxPooling2d', 'maxPooling2d: { poolSize: [2] }', /poolSize {2}must be a list of 2 items/],
  ['dropout: 0.5', 'dropout: ${nothing}', /dropout {2}there is no variable nothing/],
  ['units: 10, activation', 'units: 12, activation', /each of the 10 classes. Received: 12/],
  ['name: predictions', 'useBia: true, name: predictions', /dense\.useBia {2}unknown key/],
  ['freeze: [backbone]', 'freeze: [bones]', /freeze\[0\] {2}bones matches no layer/],
  ['epochs: 1', 'epochs: !!int "1"', /tags are not allowed/],
  ['learningRate: 1e-3', 'learningRate: -1', /learningRate {2}must be .* Received: -1/],
  ['learningRate: 1e-4', 'learningRate: *rate', /no anchor &rate/],
  ['- name: fine-tune', '- name: head', /phases\[1\]\.name {2}another phase is already named head/],
  [/$/, 'evaluate: { tta: flip\n', /broken YAML: a } is missing/],
  [/$/, 'metrics: [f1, f1]\n', /metrics\[1\] {2}duplicate metric f1/],
  [/$/, 'name: "\\q"\n', /broken YAML: Invalid escape/],
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: the language's own variables

const base = readFileSync(fileURLToPath(new URL('base.yaml', import.meta.url)), 'utf8');
const file = join(mkdtempSync(join(tmpdir(), 'cifar-run-')), 'faulty.yaml');

describe('an experiment file with several faults', () => {
  it('reports all of them and nothing else, in the order of their lines', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray([...faults], { minLength: 1 }), async (chosen) => {
        const text = chosen.reduce((before, [right, wrong]) => before.replace(right, wrong), base);
        writeFileSync(file, text);
        const loading = loadExperiment(file, { set: [], setFile: [] });
        const message = await loading
          .then((loaded) => planExperiment(loaded, runModelsIn('runs')))
          .then(
            () => 'nothing is wrong',
            (error: Error) => error.message,
          );
        const lines = message.split('\n');
        for (const [, , told] of chosen) expect(message).to.match(told);
        expect(lines.length, `${text}\n${message}`).to.equal(chosen.length);
        const numbers = lines.map((line) => Number(/yaml:(\d+)/.exec(line)?.[1]));
        expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a value that cannot be read, beside another mistake', () => {
  const complete = `${base}
sweep:
  method: random
  trials: 2
  metric: { name: val_accuracy, goal: maximize }
  parameters:
    vars.rate: { values: [0.1, 0.2] }
    phases.head.optimizer.learningRate: { min: 1e-4, max: 1e-2, scale: log }
  include: [{ vars.rate: 0.3, phases.head.optimizer.learningRate: 1e-3 }]
  exclude: [{ vars.rate: 0.1 }]
  seeds: [1, 2]
  retries: 1
  asha: { metric: val_loss, eta: 2, minEpochs: 1 }
launcher: { name: slurm, time: 10, setup: [module load nodejs] }
`;

  it('is reported with it, wherever it is', async () => {
    const tree = parseDocument(complete);
    const paths: (readonly (string | number)[])[] = [];
    visit(tree, (_, node, ancestors) => {
      const keys = ancestors.flatMap((each) =>
        isPair(each) && isScalar(each.key) ? [each.key.value] : [],
      );
      if (isPair(node) && isScalar(node.key)) paths.push([...keys, node.key.value] as string[]);
    });
    expect(paths.length).to.be.above(50);
    for (const path of paths.filter((each) => tree.hasIn(each))) {
      const wrong = parseDocument(complete);
      wrong.setIn(path, 'HOLE');
      wrong.setIn(['metricz'], 1);
      writeFileSync(file, String(wrong).replace('HOLE', '*nothing'));
      const error = await loadExperiment(file, { set: [], setFile: [] }).then(
        () => new Error('nothing is wrong'),
        (reason: Error) => reason,
      );
      expect(error, `${path.join('.')}: ${error.stack}`).to.be.instanceOf(InputError);
      expect(error.message, path.join('.'))
        .to.match(/no anchor &nothing/)
        .and.match(/metricz/);
    }
  });
});
