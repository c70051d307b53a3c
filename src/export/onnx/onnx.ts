import { version } from '../../common/version.ts';
import type { Preprocessing } from '../../data/preprocessing.ts';
import { centredStart, interpolationWeights, resizedSize, type Size } from '../../data/resize.ts';
import { type Graph, INPUT } from '../../model/graph.ts';
import { summarize } from '../../model/shapes.ts';
import { openWeights } from '../../model/weights/open.ts';
import { type Attributes, OnnxGraph, type Value } from './graph.ts';
import { type Weight, writeLayer } from './layers.ts';

/** The names of the input and the output of exported models. */
export const INPUT_NAME = 'images';
export const OUTPUT_NAME = 'probabilities';

interface NetworkFile {
  readonly graph: Graph;
  /** Path of the weights. */
  readonly path: string;
  readonly preprocessing: Preprocessing;
}

/**
 * Returns the bytes of an ONNX model (opset 18). Its input `images` is uint8, [batch, height, width, channels], of any size;
 * with `lanczos3`, which ONNX lacks, of the size of the training images. Its output `probabilities` is float32,
 * [batch, classes]. The metadata have `labels` and `preprocessing` as JSON.
 */
export async function onnxModel({ graph, path, preprocessing }: NetworkFile): Promise<Buffer> {
  const onnx = new OnnxGraph();
  const weights = await readWeights(path);
  const x = prepare(onnx, preprocessing);
  const flips = preprocessing.tta === 'flip';
  const batch = flips ? onnx.add('Concat', [x, mirror(onnx, x)], { axis: 0 }) : x;
  const output = writeNetwork(onnx, graph, weights, batch);
  const { labels, imageShape, resize } = preprocessing;
  const [height, width, channels] = imageShape;
  const isFixed = resize.interpolation === 'lanczos3';
  return onnx.serialize(
    {
      name: INPUT_NAME,
      shape: ['batch', isFixed ? height : 'height', isFixed ? width : 'width', channels],
    },
    {
      name: OUTPUT_NAME,
      value: flips ? meanOfHalves(onnx, output) : output,
      shape: ['batch', labels.length],
    },
    {
      producer: `cifar-run ${version}`,
      metadata: {
        labels: JSON.stringify(labels),
        preprocessing: JSON.stringify(preprocessing),
      },
    },
  );
}

type Weights = ReadonlyMap<string, ReadonlyMap<string, Weight>>;

/** Reads the weights by the names of their layers, and their own. */
async function readWeights(path: string): Promise<Weights> {
  const file = await openWeights(path);
  const layers = new Map<string, Map<string, Weight>>();
  try {
    for (const { layer, name, shape, read } of file.entries) {
      const own = layers.get(layer) ?? new Map<string, Weight>();
      layers.set(layer, own.set(name ?? '', { shape, data: await read() }));
    }
  } finally {
    await file.close();
  }
  return layers;
}

/** Adds all layers. @returns the output of the last one. */
function writeNetwork(onnx: OnnxGraph, graph: Graph, weights: Weights, input: Value): Value {
  const outputs = new Map([[INPUT, { value: input, shape: graph.inputShape }]]);
  for (const node of summarize(graph)) {
    const { name, args, outputShape } = node;
    const inputs = node.inputs.flatMap((each) => outputs.get(each) ?? []);
    const own = weights.get(name);
    const value = writeLayer(node, {
      graph: onnx,
      args,
      inputs: inputs.map((each) => each.value),
      shapes: inputs.map((each) => each.shape),
      outputShape,
      has: (weight) => own?.has(weight) ?? false,
      weight(weight) {
        const found = own?.get(weight);
        if (found) return found;
        throw new Error(`${name} has no weight ${weight}`);
      },
    });
    outputs.set(name, { value, shape: outputShape });
  }
  return outputs.get(graph.nodes.at(-1)?.name ?? INPUT)?.value ?? input;
}

/** Adds the preparation of images; see {@link Preprocessing}. */
function prepare(onnx: OnnxGraph, preprocessing: Preprocessing): Value {
  const { imageShape, inputShape, resize } = preprocessing;
  const bytes = onnx.add('Cast', [INPUT_NAME], { to: 1 });
  let x = onnx.add('Transpose', [bytes], { perm: [0, 3, 1, 2] });
  const [height, width, channels] = imageShape;
  if (resize.interpolation !== 'lanczos3') x = resizeFiles(onnx, x, preprocessing);
  if (height !== inputShape[0] || width !== inputShape[1]) x = resizeImages(onnx, x, preprocessing);
  if (channels !== inputShape[2])
    x = onnx.add('Concat', Array<Value>(inputShape[2]).fill(x), { axis: 1 });
  x = onnx.add('Transpose', [x], { perm: [0, 2, 3, 1] });
  return normalize(onnx, x, preprocessing);
}

/** Resizes images of any size to those of the training data, and rounds them to bytes. */
function resizeFiles(onnx: OnnxGraph, x: Value, { imageShape, resize }: Preprocessing): Value {
  const { fit, interpolation } = resize;
  const size: Size = [imageShape[0], imageShape[1]];
  const attributes = { ...modeOf(interpolation), antialias: 1 };
  const resized =
    fit === 'stretch'
      ? stretch(onnx, x, size, attributes)
      : fitWithin(onnx, x, size, {
          ...attributes,
          keep_aspect_ratio_policy: fit === 'crop' ? 'not_smaller' : 'not_larger',
        });
  return clip(onnx, onnx.add('Round', [resized]));
}

/** onnxruntime 1.30 breaks a `Resize` with `axes` between transposes, so that this one names the sizes of all axes. */
function stretch(onnx: OnnxGraph, x: Value, size: Size, attributes: Attributes): Value {
  const others = onnx.add('Slice', [
    onnx.add('Shape', [x]),
    onnx.integers([0]),
    onnx.integers([2]),
  ]);
  const sizes = onnx.add('Concat', [others, onnx.integers(size)], { axis: 0 });
  return onnx.add('Resize', [x, '', '', sizes], attributes);
}

/** Resizes without changing the aspect ratio, then crops or pads. */
function fitWithin(onnx: OnnxGraph, x: Value, size: Size, attributes: Attributes): Value {
  const sizes = onnx.integers(size);
  const resized = onnx.add('Resize', [x, '', '', sizes], { ...attributes, axes: [2, 3] });
  return onnx.add('CenterCropPad', [resized, sizes], { axes: [2, 3] });
}

function modeOf(interpolation: Preprocessing['resize']['interpolation']) {
  return interpolation === 'bilinear'
    ? { mode: 'linear' }
    : { mode: 'cubic', cubic_coeff_a: { float: -0.5 } };
}

/** Resizes images of the training data to the model's input, as `fitImages` does. */
function resizeImages(onnx: OnnxGraph, x: Value, preprocessing: Preprocessing): Value {
  const { imageShape, inputShape, resize } = preprocessing;
  const { fit, interpolation } = resize;
  const from: Size = [imageShape[0], imageShape[1]];
  const to: Size = [inputShape[0], inputShape[1]];
  const size = resizedSize(from, to, fit);
  return centre(onnx, interpolate(onnx, x, { from, size, interpolation }), size, to);
}

interface Interpolation extends Pick<Preprocessing['resize'], 'interpolation'> {
  readonly from: Size;
  readonly size: Size;
}

function interpolate(onnx: OnnxGraph, x: Value, { from, size, interpolation }: Interpolation) {
  if (interpolation === 'bilinear') return stretch(onnx, x, size, { mode: 'linear' });
  const rows = interpolationWeights(from[0], size[0], interpolation);
  const columns = interpolationWeights(from[1], size[1], interpolation);
  const vertical = onnx.add('MatMul', [onnx.floats(rows.flat(), [size[0], from[0]]), x]);
  const transposed = (columns[0] ?? []).flatMap((_, i) => columns.map((row) => row[i] ?? 0));
  const both = onnx.add('MatMul', [vertical, onnx.floats(transposed, [from[1], size[1]])]);
  return clip(onnx, both);
}

/** Crops or pads images, the same on both sides. */
function centre(onnx: OnnxGraph, x: Value, [rows, columns]: Size, [height, width]: Size): Value {
  const [top, left] = [centredStart(rows, height), centredStart(columns, width)];
  const [keptRows, keptColumns] = [Math.min(rows, height), Math.min(columns, width)];
  const [firstRow, firstColumn] = [Math.max(0, -top), Math.max(0, -left)];
  const bounds = [
    [firstRow, firstColumn],
    [firstRow + keptRows, firstColumn + keptColumns],
    [2, 3],
  ].map((each) => onnx.integers(each));
  const kept = onnx.add('Slice', [x, ...bounds]);
  const [before, beside] = [Math.max(0, top), Math.max(0, left)];
  const after = [height - keptRows - before, width - keptColumns - beside];
  return onnx.add('Pad', [kept, onnx.integers([0, 0, before, beside, 0, 0, ...after])]);
}

function clip(onnx: OnnxGraph, x: Value): Value {
  return onnx.add('Clip', [x, onnx.scalar(0), onnx.scalar(255)]);
}

function normalize(onnx: OnnxGraph, x: Value, { normalize }: Preprocessing): Value {
  const { channelOrder, divisor, mean, deviation } = normalize;
  const ordered = channelOrder === 'BGR' ? reverseChannels(onnx, x) : x;
  const scaled = onnx.add('Div', [ordered, onnx.scalar(divisor)]);
  return onnx.add('Div', [onnx.add('Sub', [scaled, onnx.floats(mean)]), onnx.floats(deviation)]);
}

function reverseChannels(onnx: OnnxGraph, x: Value): Value {
  return onnx.add('Gather', [x, onnx.integers([2, 1, 0])], { axis: 3 });
}

/** Mirrors images: their columns backwards, from the last one to the one before the first. */
function mirror(onnx: OnnxGraph, x: Value): Value {
  const bounds = [[-1], [-(2 ** 31)], [2], [-1]].map((each) => onnx.integers(each));
  return onnx.add('Slice', [x, ...bounds]);
}

function meanOfHalves(onnx: OnnxGraph, x: Value): Value {
  const halves = onnx.addAll('Split', [x], 2, { axis: 0, num_outputs: 2 });
  return onnx.add('Mul', [onnx.add('Add', halves), onnx.scalar(0.5)]);
}
