export type ModelName =
  | 'head'
  | 'vgg19'
  | 'resnet18'
  | 'resnet50'
  | 'mobilenet'
  | 'efficientnetLite0';

export type BenchPrecision = 'float32' | 'bfloat16';

/** Training steps with Adam, or forward passes, on one batch. The amount is their number. */
export interface StepWork {
  readonly kind: 'step' | 'inference';
  readonly model: ModelName;
  readonly batch: number;
  readonly precision: BenchPrecision;
}

/** The work of a contestant. The peers in Python use the same names. */
export type Work =
  | StepWork
  /** The head of the VGG19 experiment on its frozen backbone, from image files. The amount is the number of epochs. */
  | {
      readonly kind: 'frozen';
      readonly batch: number;
      /** The peers compute the features once, too. */
      readonly cached: boolean;
      readonly precision: BenchPrecision;
      /** The number of training images. */
      readonly images: number;
      readonly folder: string;
    }
  /** Reading all images. The amount is the number of times; `again`: a run has cached them before. */
  | { readonly kind: 'decode'; readonly folder: string; readonly again: boolean }
  /** The first fine-tuning step of VGG19 on the images, after which the contestant is ready. */
  | { readonly kind: 'start'; readonly batch: number; readonly folder: string };

export type Task = Work & {
  readonly threads: number;
  /** The variant of the library; `null`: the contestant tries all and uses the fastest. */
  readonly variant: string | null;
};

/** The answer of a contestant to an amount of work. */
export interface Answer {
  readonly seconds: number;
  /** Seconds of the steps of the last epoch, if the amount is in epochs. */
  readonly last?: number;
  /** Seconds between the steps of two epochs: the validation of ten images. */
  readonly between?: number;
  /** Seconds that each further image takes before the first epoch. */
  readonly each?: number;
  /** Peak resident memory of the process so far, in MiB. */
  readonly peak: number;
  /** The variant of the library that did the work, e.g. `torch.compile`; empty for the default. */
  readonly variant: string;
}

/** Does an amount of work. */
export type DoWork = (amount: number) => Promise<Pick<Answer, 'last' | 'between' | 'each'>>;
