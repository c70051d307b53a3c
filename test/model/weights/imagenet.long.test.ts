import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildModel } from '../../../src/model/build.ts';
import { buildGraph } from '../../../src/model/build-graph.ts';
import { imagenetWeights } from '../../../src/model/weights/imagenet.ts';
import { loadWeights } from '../../../src/model/weights/load.ts';
import { useEngine } from '../../engine.ts';
import { named } from '../../experiment.ts';
import { expectOutput } from '../backbones/expect-output.ts';
import { pretrained, size } from '../backbones/references.ts';

describe('ImageNet weights in the Python package index', function (this: Mocha.Suite) {
  this.timeout(120_000);
  useEngine();
  const { KERAS_HOME } = process.env;
  before(() => {
    // A folder without files of Keras.
    process.env.KERAS_HOME = join(tmpdir(), 'no-keras');
  });
  after(() => {
    if (KERAS_HOME === undefined) delete process.env.KERAS_HOME;
    else process.env.KERAS_HOME = KERAS_HOME;
  });

  for (const [name, output] of Object.entries(pretrained))
    it(`make ${name} compute what PyTorch computes with them`, async () => {
      const inputShape = [size, size, 3] as const;
      // No machine has this server.
      const places = { server: 'http://127.0.0.1:1/' };
      const { signal } = new AbortController();
      const model = { name, alpha: 1, inputShape };
      const weights = await imagenetWeights(model, { places, signal, report() {}, note() {} });
      const backbone = named(name, { inputShape, weights });
      const built = buildModel(buildGraph({ backbone, head: [] }), 1);
      await loadWeights(built, weights, backbone, null);
      expectOutput(built, output);
      built.dispose();
    });
});
