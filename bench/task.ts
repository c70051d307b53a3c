export type ModelName = 'head' | 'vgg19' | 'resnet50' | 'mobilenet';

/** Amounts are steps of Adam on one batch, or forward passes of it. */
export interface StepWork {
  readonly kind: 'step' | 'inference';
  readonly model: ModelName;
  readonly batch: number;
}

/** What a contestant does again and again; the Python peers know the same by the same names. */
export type Work =
  | StepWork
  /**
   * Amounts are epochs of VGG19's published head, from image files on; `cached`: on features. Features are
   * computed of so many `images`, and trained on.
   */
  | {
      readonly kind: 'frozen';
      readonly batch: number;
      readonly cached: boolean;
      readonly images: number;
      readonly folder: string;
    }
  /** Amounts are times that all images are read; `again`: they have been read before. */
  | { readonly kind: 'decode'; readonly folder: string; readonly again: boolean }
  /** Ready after the first step of VGG19's fine-tuning on the images. */
  | { readonly kind: 'start'; readonly batch: number; readonly folder: string };

export type Task = Work & {
  readonly threads: number;
  /** Which of its ways a contestant takes; `null`: it tries them and takes the fastest. */
  readonly variant: string | null;
};

/** A contestant's answer to an amount of work. */
export interface Answer {
  readonly seconds: number;
  /** Of the steps of the last epoch, where amounts are epochs. */
  readonly last?: number;
  /** Of what comes between an epoch's steps and the next's, whatever their number: validation of ten images. */
  readonly between?: number;
  /** Seconds that each further image would take before the first epoch. */
  readonly each?: number;
  /** Peak resident memory of its process so far, MiB. */
  readonly peak: number;
  /** Which of its ways it took, e.g. `torch.compile`; empty: the plain one. */
  readonly variant: string;
}
