import * as tf from '@tensorflow/tfjs';

/** A valid call of a kernel of TensorFlow.js. */
export interface KernelCall {
  readonly inputs: Readonly<Record<string, tf.Tensor>> | readonly tf.Tensor[];
  readonly attributes?: object;
}

const float = (...shape: number[]): tf.Tensor =>
  tf.range(0, tf.util.sizeFromShape(shape)).mul(0.7).sin().reshape(shape);
const whole = (values: number[], shape = [values.length]) => tf.tensor(values, shape, 'int32');
const logical = () => tf.tensor1d([1, 0, 1], 'bool');
const complex = () => tf.complex(float(2, 4), float(2, 4));

/** Calls of the kernels that have one input `x`, and no attributes. */
const UNARY = [
  ...[
    'Abs',
    'Acos',
    'Acosh',
    'Asin',
    'Asinh',
    'Atan',
    'Atanh',
    'Ceil',
    'Cos',
    'Cosh',
    'Elu',
    'Erf',
  ],
  ...['Exp', 'Expm1', 'Floor', 'Identity', 'IsFinite', 'IsInf', 'IsNan', 'Log', 'Log1p', 'Neg'],
  ...[
    'OnesLike',
    'Reciprocal',
    'Relu',
    'Relu6',
    'Round',
    'Rsqrt',
    'Selu',
    'Sigmoid',
    'Sign',
    'Sin',
  ],
  ...['Sinh', 'Softplus', 'Sqrt', 'Square', 'Tan', 'Tanh', 'ZerosLike'],
];
const BINARY = [
  ...[
    'Add',
    'Atan2',
    'Equal',
    'FloorDiv',
    'Greater',
    'GreaterEqual',
    'Less',
    'LessEqual',
    'Maximum',
  ],
  ...['Minimum', 'Mod', 'Multiply', 'NotEqual', 'Pow', 'RealDiv', 'SquaredDifference', 'Sub'],
];

/** Returns valid calls by the name of the kernel. */
export function kernelCalls(): Readonly<Record<string, KernelCall>> {
  const unary = { inputs: { x: float(2, 3) } };
  const binary = { inputs: { a: float(2, 3), b: float(3) } };
  const image = float(2, 6, 5, 3);
  const video = float(1, 4, 5, 6, 2);
  const same = { strides: 1, pad: 'same', dataFormat: 'NHWC', dilations: 1 };
  const strided = { strides: [2, 1], pad: 'valid', dataFormat: 'NHWC', dilations: [1, 1] };
  const volume = { strides: 1, pad: 'same', dataFormat: 'NDHWC', dilations: 1 };
  const pool = { filterSize: 2, strides: 2, pad: 'same' };
  const pool3d = { filterSize: 2, strides: 2, pad: 'valid', dataFormat: 'NDHWC' };
  const reduction = { axis: [1], keepDims: false };
  const scan = { axis: 1, exclusive: false, reverse: true };
  const size = { size: [7, 3], alignCorners: false, halfPixelCenters: true };
  const boxes = tf.tensor2d([
    [0, 0, 1, 1],
    [0, 0.1, 1, 1.1],
    [0, 2, 1, 3],
  ]);
  const suppression = { maxOutputSize: 2, iouThreshold: 0.5, scoreThreshold: 0 };
  const norm = { depthRadius: 2, bias: 1, alpha: 1, beta: 0.5 };
  const morphology = { strides: 1, pad: 'same', dilations: 1 };
  const random = { shape: [2, 3], seed: 1 };
  return {
    ...Object.fromEntries(UNARY.map((name) => [name, unary])),
    ...Object.fromEntries(BINARY.map((name) => [name, binary])),
    AddN: { inputs: [float(2, 3), float(2, 3)] },
    All: { inputs: { x: logical() }, attributes: { axis: [0], keepDims: true } },
    Any: { inputs: { x: logical() }, attributes: { axis: [0], keepDims: true } },
    ArgMax: { ...unary, attributes: { axis: 1 } },
    ArgMin: { ...unary, attributes: { axis: 1 } },
    AvgPool: { inputs: { x: image }, attributes: pool },
    AvgPool3D: { inputs: { x: video }, attributes: pool3d },
    AvgPool3DGrad: { inputs: { dy: float(1, 2, 2, 3, 2), input: video }, attributes: pool3d },
    AvgPoolGrad: { inputs: { dy: float(2, 3, 3, 3), input: image }, attributes: pool },
    BatchMatMul: {
      inputs: { a: float(2, 3, 4), b: float(2, 4, 5) },
      attributes: { transposeA: false, transposeB: false },
    },
    BatchToSpaceND: {
      inputs: { x: float(4, 2, 2, 1) },
      attributes: {
        blockShape: [2, 2],
        crops: [
          [0, 1],
          [1, 0],
        ],
      },
    },
    Bincount: { inputs: { x: whole([0, 1, 1]), weights: float(3) }, attributes: { size: 3 } },
    BroadcastArgs: { inputs: { s0: whole([2, 3]), s1: whole([3]) } },
    Cast: { ...unary, attributes: { dtype: 'int32' } },
    ClipByValue: { ...unary, attributes: { clipValueMin: 0, clipValueMax: 1 } },
    Complex: { inputs: { real: float(2), imag: float(2) } },
    ComplexAbs: { inputs: { x: complex() } },
    Concat: { inputs: [float(2, 3), float(2, 1)], attributes: { axis: 1 } },
    Conv2D: { inputs: { x: image, filter: float(3, 2, 3, 4) }, attributes: same },
    Conv2DBackpropFilter: {
      inputs: { x: image, dy: float(2, 2, 4, 4) },
      attributes: { ...strided, filterShape: [3, 2, 3, 4] },
    },
    Conv2DBackpropInput: {
      inputs: { dy: float(2, 2, 4, 4), filter: float(3, 2, 3, 4) },
      attributes: { ...strided, inputShape: [2, 6, 5, 3] },
    },
    Conv3D: { inputs: { x: video, filter: float(2, 2, 2, 2, 3) }, attributes: volume },
    Conv3DBackpropFilterV2: {
      inputs: { x: video, dy: float(1, 4, 5, 6, 3) },
      attributes: { ...volume, filterShape: [2, 2, 2, 2, 3] },
    },
    Conv3DBackpropInputV2: {
      inputs: { dy: float(1, 4, 5, 6, 3), filter: float(2, 2, 2, 2, 3) },
      attributes: { ...volume, inputShape: [1, 4, 5, 6, 2] },
    },
    CropAndResize: {
      inputs: { image, boxes, boxInd: whole([0, 1, 0]) },
      attributes: { cropSize: [3, 2], method: 'bilinear', extrapolationValue: 0 },
    },
    Cumprod: { ...unary, attributes: scan },
    Cumsum: { ...unary, attributes: scan },
    DepthToSpace: {
      inputs: { x: float(1, 2, 2, 8) },
      attributes: { blockSize: 2, dataFormat: 'NHWC' },
    },
    DepthwiseConv2dNative: { inputs: { x: image, filter: float(3, 3, 3, 2) }, attributes: same },
    DepthwiseConv2dNativeBackpropFilter: {
      inputs: { x: image, dy: float(2, 6, 5, 6) },
      attributes: { ...same, filterShape: [3, 3, 3, 2] },
    },
    DepthwiseConv2dNativeBackpropInput: {
      inputs: { dy: float(2, 6, 5, 6), filter: float(3, 3, 3, 2) },
      attributes: { ...same, inputShape: [2, 6, 5, 3] },
    },
    Diag: { inputs: { x: float(3) } },
    Dilation2D: { inputs: { x: image, filter: float(2, 2, 3) }, attributes: morphology },
    Dilation2DBackpropFilter: {
      inputs: { x: image, filter: float(2, 2, 3), dy: image },
      attributes: morphology,
    },
    Dilation2DBackpropInput: {
      inputs: { x: image, filter: float(2, 2, 3), dy: image },
      attributes: morphology,
    },
    Einsum: { inputs: [float(2, 3), float(3, 4)], attributes: { equation: 'ij,jk->ik' } },
    EluGrad: { inputs: { dy: float(2, 3), y: float(2, 3) } },
    ExpandDims: { inputs: { input: float(2, 3) }, attributes: { dim: 1 } },
    FFT: { inputs: { input: complex() } },
    Fill: { inputs: {}, attributes: { shape: [2, 3], value: 1, dtype: 'float32' } },
    FlipLeftRight: { inputs: { image } },
    FusedBatchNorm: {
      inputs: {
        x: image,
        scale: float(3),
        offset: float(3),
        mean: float(3),
        variance: tf.ones([3]),
      },
      attributes: { varianceEpsilon: 1e-3 },
    },
    FusedConv2D: {
      inputs: { x: image, filter: float(3, 3, 3, 4), bias: float(4) },
      attributes: { ...same, activation: 'relu' },
    },
    FusedDepthwiseConv2D: {
      inputs: { x: image, filter: float(3, 3, 3, 1), bias: float(3) },
      attributes: { ...same, activation: 'relu6' },
    },
    GatherNd: { inputs: { params: float(2, 3), indices: whole([0, 1, 1, 2], [2, 2]) } },
    GatherV2: {
      inputs: { x: float(2, 3), indices: whole([0, 2, 1]) },
      attributes: { axis: 1, batchDims: 0 },
    },
    IFFT: { inputs: { input: complex() } },
    Imag: { inputs: { input: complex() } },
    LRN: { inputs: { x: image }, attributes: norm },
    LRNGrad: { inputs: { x: image, y: image, dy: image }, attributes: norm },
    LeakyRelu: { ...unary, attributes: { alpha: 0.1 } },
    LinSpace: { inputs: {}, attributes: { start: 0, stop: 1, num: 5 } },
    LogicalAnd: { inputs: { a: logical(), b: logical() } },
    LogicalNot: { inputs: { x: logical() } },
    LogicalOr: { inputs: { a: logical(), b: logical() } },
    Max: { ...unary, attributes: { reductionIndices: [1], keepDims: false } },
    MaxPool: { inputs: { x: image }, attributes: pool },
    MaxPool3D: { inputs: { x: video }, attributes: pool3d },
    MaxPool3DGrad: {
      inputs: { dy: float(1, 2, 2, 3, 2), input: video, output: float(1, 2, 2, 3, 2) },
      attributes: pool3d,
    },
    MaxPoolGrad: {
      inputs: { dy: float(2, 3, 3, 3), input: image, output: float(2, 3, 3, 3) },
      attributes: pool,
    },
    Mean: { ...unary, attributes: reduction },
    Min: { ...unary, attributes: { axis: [1], keepDims: false } },
    MirrorPad: {
      ...unary,
      attributes: {
        paddings: [
          [1, 0],
          [2, 1],
        ],
        mode: 'reflect',
      },
    },
    Multinomial: {
      inputs: { logits: float(2, 3) },
      attributes: { numSamples: 4, seed: 1, normalized: false },
    },
    NonMaxSuppressionV3: { inputs: { boxes, scores: float(3) }, attributes: suppression },
    NonMaxSuppressionV4: {
      inputs: { boxes, scores: float(3) },
      attributes: { ...suppression, padToMaxOutputSize: true },
    },
    NonMaxSuppressionV5: {
      inputs: { boxes, scores: float(3) },
      attributes: { ...suppression, softNmsSigma: 0.5 },
    },
    OneHot: {
      inputs: { indices: whole([0, 2]) },
      attributes: { depth: 3, onValue: 1, offValue: 0, dtype: 'float32' },
    },
    Pack: { inputs: [float(2, 3), float(2, 3)], attributes: { axis: 0 } },
    PadV2: {
      ...unary,
      attributes: {
        paddings: [
          [1, 0],
          [0, 2],
        ],
        constantValue: 0,
      },
    },
    Prelu: { inputs: { x: float(2, 3), alpha: float(3) } },
    Prod: { ...unary, attributes: reduction },
    Range: { inputs: {}, attributes: { start: 0, stop: 5, step: 2, dtype: 'float32' } },
    Real: { inputs: { input: complex() } },
    Relu6Grad: { inputs: { dy: float(2, 3), y: float(2, 3) } },
    ReluGrad: { inputs: { dy: float(2, 3), y: float(2, 3) } },
    Reshape: { ...unary, attributes: { shape: [3, 2] } },
    ResizeBilinear: { inputs: { images: image }, attributes: size },
    ResizeBilinearGrad: { inputs: { images: image, dy: float(2, 7, 3, 3) }, attributes: size },
    ResizeNearestNeighbor: { inputs: { images: image }, attributes: size },
    ResizeNearestNeighborGrad: {
      inputs: { images: image, dy: float(2, 7, 3, 3) },
      attributes: size,
    },
    Reverse: { ...unary, attributes: { dims: [0] } },
    ScatterNd: {
      inputs: { indices: whole([0, 2], [2, 1]), updates: float(2, 3) },
      attributes: { shape: [4, 3] },
    },
    SeededTruncatedNormal: { inputs: {}, attributes: random },
    SeededUniform: { inputs: {}, attributes: random },
    Select: { inputs: { condition: logical(), t: float(3), e: float(3) } },
    Slice: { ...unary, attributes: { begin: [0, 1], size: [2, 2] } },
    Softmax: { inputs: { logits: float(2, 3) }, attributes: { dim: 1 } },
    SoftmaxCrossEntropy: { inputs: { logits: float(2, 3), labels: float(2, 3) } },
    SpaceToBatchND: {
      inputs: { x: float(1, 3, 4, 1) },
      attributes: {
        blockShape: [2, 2],
        paddings: [
          [1, 0],
          [0, 0],
        ],
      },
    },
    SparseToDense: {
      inputs: {
        sparseIndices: whole([0, 2], [2, 1]),
        sparseValues: float(2),
        defaultValue: float(),
      },
      attributes: { outputShape: [4] },
    },
    SplitV: { ...unary, attributes: { numOrSizeSplits: [1, 2], axis: 1 } },
    StaticRegexReplace: {
      inputs: { x: tf.tensor1d(['abc', '']) },
      attributes: { pattern: 'b', rewrite: 'x', replaceGlobal: true },
    },
    Step: { ...unary, attributes: { alpha: 0 } },
    StridedSlice: {
      ...unary,
      attributes: {
        ...{ begin: [0, 2], end: [2, 0], strides: [1, -1], beginMask: 1, endMask: 0 },
        ...{ ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 },
      },
    },
    Sum: { ...unary, attributes: reduction },
    TensorScatterUpdate: {
      inputs: { tensor: float(4, 3), indices: whole([0, 2], [2, 1]), updates: float(2, 3) },
    },
    Tile: { ...unary, attributes: { reps: [2, 1] } },
    TopK: { ...unary, attributes: { k: 2, sorted: true } },
    TrainingBatchNorm: {
      inputs: { x: image, gamma: float(3), beta: float(3) },
      attributes: { epsilon: 1e-3 },
    },
    TrainingBatchNormGrad: {
      inputs: { dy: image, x: image, gamma: float(3), mean: float(3), variance: tf.ones([3]) },
      attributes: { epsilon: 1e-3 },
    },
    Transpose: { ...unary, attributes: { perm: [1, 0] } },
    Unique: { inputs: { x: whole([1, 2, 1]) }, attributes: { axis: 0 } },
    Unpack: { inputs: { value: float(2, 3) }, attributes: { axis: 0 } },
    UnsortedSegmentSum: {
      inputs: { x: float(3, 2), segmentIds: whole([0, 1, 0]) },
      attributes: { numSegments: 2 },
    },
    _FusedMatMul: {
      inputs: { a: float(2, 3), b: float(3, 4), bias: float(4) },
      attributes: { transposeA: false, transposeB: false, activation: 'relu' },
    },
  };
}
