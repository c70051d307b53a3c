import type { Tensor, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs';
import type { Device, Precision } from '../experiment/experiment.ts';

/**
 * The interface between the program and the library that computes. Tensors themselves go through `@tensorflow/tfjs`:
 * an engine registers a backend there. Another engine would be another folder beside `tensorflow/`.
 */
export interface Engine {
  /** `tensorflow`; also the name of the tfjs backend. */
  readonly name: string;
  /** Version of the library, e.g. `2.21.0`. */
  readonly version: string;
  readonly device: 'cpu' | 'gpu';
  /** Device names of the library, e.g. `/job:localhost/replica:0/task:0/device:GPU:0`. */
  readonly devices: readonly string[];
  /** Why the GPU of this machine is not used; `null` if it is, if there is no NVIDIA driver, or by choice. */
  readonly unusedGpu: string | null;
  /** Threads within one operation. */
  readonly threads: number;
  /** Describes the installed files; `verify` compares their contents with the recorded hashes. */
  inspect(verify: boolean): Promise<Installation>;
  /**
   * Draws uniform float32 in [0, 1). They depend on the shape and the key alone, so a resumed run draws the same
   * numbers. In a compiled function a key that changes from run to run must be a tensor of two int32.
   */
  randomUniform(shape: readonly number[], key: RandomKey): Tensor;
  /** Draws 0 with the probability `rate`, else 1; faster than a comparison of uniform numbers. */
  randomMask(shape: readonly number[], rate: number, key: RandomKey): Tensor;
  /**
   * Returns the first `count` numbers of each row as float32. The four bytes of each float32 of `words` are
   * reinterpreted as numbers of `dtype`: tfjs has neither uint8 nor float16, so packed rows are stored as float32.
   */
  unpack(words: Tensor2D, dtype: PackedType, count: number): Tensor2D;
  /** The way functions are compiled. */
  readonly compiler: Compiler;
  /**
   * Compiles a function. `fn` is called once for each combination of input shapes; its operations are recorded, and
   * repeated in later runs with new values. Everything that changes from run to run must be an input or a variable.
   * Compiled functions see the current values of variables; other code sees them after `syncVariables`.
   */
  compile(fn: TensorFunction, options?: CompileOptions): CompiledFunction;
  /** Returns the profiles of functions that were compiled since the last call; empty without `EngineOptions.profile`. */
  takeProfiles(): readonly Profile[];
  /** The operations of compiled functions so far that may give other last digits at each run. */
  nondeterministicOperations(): readonly string[];
  /** `null` if the engine has none. */
  readonly fused: FusedUpdates | null;
  /** Copies the results of compiled functions to the tfjs variables. */
  syncVariables(): void;
  /** `null` if the engine has none. */
  readonly jpegs: JpegDecoder | null;
}

export interface EngineOptions {
  /** Default: `auto`. */
  readonly device?: Device | undefined;
  /** Threads within one operation; `null`: as many as there are cores. */
  readonly threads: number | null;
  readonly verbose: boolean;
  readonly compiler: Compiler;
  /** Measures an additional run of each compiled function. */
  readonly profile?: boolean;
  /** Receives messages while the engine is installed. */
  readonly report: (message: string) => void;
}

/** `graph` runs recorded graphs, `xla` compiles them with XLA, `none` calls functions directly. */
export type Compiler = 'graph' | 'xla' | 'none';

/**
 * Returns `graph`, or `xla` if `CIFAR_RUN_XLA=1`. The rule is fixed, because results must not depend on measured
 * speed. On two cores with batches of 32, fine-tuning VGG19 runs at 33 images/s as a graph and 7 with XLA. A step of its
 * head takes 15.3 ms of processor time as a graph and 14.3 with XLA, which needs 260 MiB more and compiles for seconds.
 *
 * @param compile `false` selects `none`: each operation runs individually, for debugging.
 */
export function chooseCompiler(compile: boolean): Compiler {
  if (!compile) return 'none';
  return process.env.CIFAR_RUN_XLA === '1' ? 'xla' : 'graph';
}

/** A function of tensors made of tfjs operations; it may read and assign variables. */
export type TensorFunction = (inputs: readonly Tensor[]) => readonly Tensor[];

export interface CompileOptions {
  /** The name in profiles and warnings, e.g. `training step`. */
  readonly name?: string;
  /** Precision of convolutions and matrix products; all else is float32. Default: float32. */
  readonly precision?: Precision;
}

export interface CompiledFunction {
  /** Runs the function; the caller disposes the outputs. Runs must not overlap. */
  run(inputs: readonly Tensor[]): Promise<Tensor[]>;
  /** Frees the memory of the compiled code. */
  dispose(): void;
}

/** Two numbers from 0 to 2^31 - 1. */
export type RandomKey = readonly [number, number] | Tensor1D;

/** The type of numbers in packed rows, little-endian. */
export type PackedType = 'uint8' | 'float16' | 'float32';

/** The time of one run of a compiled function. */
export interface Profile {
  /** The name and input shapes of the function. */
  readonly name: string;
  /** Wall-clock time. */
  readonly milliseconds: number;
  readonly operations: readonly ProfiledOperation[];
}

export interface ProfiledOperation {
  readonly name: string;
  /** The type in the library, e.g. `Conv2D`. */
  readonly type: string;
  readonly thread: number;
  readonly startMicros: number;
  readonly micros: number;
}

/** Optimizer updates that read and write memory once. Parameter names are those of Keras. */
export interface FusedUpdates {
  adam(update: {
    readonly variable: Variable;
    readonly momentum: Variable;
    readonly velocity: Variable;
    readonly gradient: Tensor;
    readonly learningRate: Tensor;
    readonly beta1Power: Tensor;
    readonly beta2Power: Tensor;
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
  }): void;
  momentum(update: {
    readonly variable: Variable;
    readonly accumulator: Variable;
    readonly gradient: Tensor;
    readonly learningRate: Tensor;
    readonly momentum: number;
    readonly nesterov: boolean;
  }): void;
}

/** A decoder for many small JPEG files at once. */
export interface JpegDecoder {
  /**
   * Decodes files of the same size to NHWC bytes. With three channels grey files become RGB. The pixels are those of
   * libjpeg's exact method (`islow`, fancy upsampling), like those of libvips.
   *
   * @throws Error if one of the files is damaged or has another size.
   */
  decode(
    files: readonly Uint8Array[],
    shape: readonly [height: number, width: number, channels: number],
  ): Promise<Uint8Array>;
}

/** The installed files of an engine. */
export interface Installation {
  readonly folder: string;
  /** `installed`, or the environment variable that names the folder. */
  readonly source: string;
  /** `null` if unknown. */
  readonly variant: 'cpu' | 'cuda' | null;
  /** Size on disk; `null` if another program installed the files. */
  readonly bytes: number | null;
  /** Files whose content differs from what was installed. */
  readonly changedFiles: readonly string[];
}
