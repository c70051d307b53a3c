import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import * as runtime from 'onnxruntime-node';
import sharp, { type Sharp } from 'sharp';
import { uniforms } from '../../src/common/random.ts';
import { useShapes } from '../predict/shapes.ts';
import { cifarRun } from '../program.ts';

/** An image without hard edges: colours that blend. */
function smoothImage(width: number, height: number): Sharp {
  const colours = Uint8Array.from(uniforms(4 * 4 * 3, ['colours', width]), (u) => 256 * u);
  return sharp(colours, { raw: { width: 4, height: 4, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .png();
}

describe('export', () => {
  const shapes = useShapes();
  const cli = (...args: string[]) => cifarRun(args, shapes().folder);
  const readJson = async (path: string) =>
    JSON.parse(await readFile(join(shapes().folder, path), 'utf8'));

  it('writes an ONNX model that onnxruntime runs with the same predictions', async () => {
    const { stdout, stderr, exitCode } = await cli('export', 'latest', 'model.onnx');
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.match(
      /^onnx, \d+ MB\nonnxruntime \S+: the same class for 12 validation images, .* ms per image\nmodel\.onnx$/,
    );
    const { folder, model } = shapes();
    const { size } = await stat(join(folder, 'model.onnx'));
    const { verification, ...card } = await readJson('model.onnx.card.json');
    expect(card).to.include({ format: 'onnx', bytes: size });
    expect(model.endsWith(card.run)).to.equal(true);
    expect(verification).to.include({ images: 12, agreement: 1 });
    expect(verification.largestDifference).to.be.below(1e-5);
  });

  it('writes an ONNX model that takes images of any size, as predict does', async () => {
    const { folder } = shapes();
    await cli('export', 'latest', 'sizes.onnx', '--no-verify');
    const session = await runtime.InferenceSession.create(join(folder, 'sizes.onnx'));
    await mkdir(join(folder, 'sizes'));
    const labels = ['bright', 'dark', 'medium'];
    for (const [width, height] of [
      [24, 20],
      [60, 50],
      [90, 20],
      [31, 77],
    ] as const) {
      const path = join('sizes', `${width}.png`);
      await smoothImage(width, height).toFile(join(folder, path));
      const data = await smoothImage(width, height).raw().toBuffer();
      const input = new runtime.Tensor('uint8', data, [1, height, width, 3]);
      const { probabilities } = await session.run({ images: input });
      const { stdout } = await cli('predict', 'latest', path, '--json', '--top', '3');
      const predictions: { class: string; probability: number }[] = JSON.parse(stdout).predictions;
      // Two ways to average over the area of a pixel.
      for (const { class: name, probability } of predictions)
        expect(Number(probabilities?.data[labels.indexOf(name)]), path).to.be.closeTo(
          probability,
          0.03,
        );
    }
  });

  it('writes a folder that plain TensorFlow.js runs with the same predictions', async () => {
    const { stdout, exitCode, stderr } = await cli('export', 'latest', 'model');
    expect(exitCode, stderr).to.equal(0);
    expect(stderr).to.equal('');
    expect(stdout).to.match(
      /^tfjs, \d+ MB\nTensorFlow\.js \S+ .*: the same class for \d+ validation images/,
    );
    expect((await readdir(join(shapes().folder, 'model'))).sort()).to.deep.equal([
      'card.json',
      'labels.json',
      'model.json',
      'preprocessing.json',
      'weights.bin',
    ]);
    const { verification } = await readJson('model/card.json');
    expect(verification).to.include({ agreement: 1 });
  });

  it('refuses targets that exist, and endings of other formats', async () => {
    await cli('export', 'latest', 'kept.onnx', '--no-verify');
    const errors = [
      [['kept.onnx'], 'kept.onnx exists already; --force replaces it'],
      [['.'], '. exists already; --force replaces it'],
      [['/'], '/ exists already; --force replaces it'],
      [[''], 'Received: '],
      [['model.h5'], 'an .onnx file, or a folder for a TensorFlow.js model'],
      [['other.onnx', '--format', 'tfjs'], 'Received: other.onnx for tfjs'],
      [['other.onnx', '--layers', 'a*'], '--layers needs a .safetensors file as target'],
    ] as const;
    for (const [args, message] of errors) {
      const { stderr, exitCode } = await cli('export', 'latest', ...args);
      expect(exitCode, message).to.equal(2);
      expect(stderr).to.include(message);
    }
    const { exitCode } = await cli('export', 'latest', 'kept.onnx', '--no-verify', '--force');
    expect(exitCode).to.equal(0);
    const left = (await readdir(shapes().folder)).filter((name) => name.startsWith('.'));
    expect(left).to.deep.equal([]);
  });
});
