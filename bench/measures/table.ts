import type { Measure } from '../measure.ts';
import { decode } from './decode.ts';
import { frozenMeasure } from './frozen.ts';
import { start } from './start.ts';
import { stepMeasure } from './step.ts';

export const measures: readonly Measure[] = [
  stepMeasure('head', 'head step on features', 'step', [
    { model: 'head', batch: 32, toFloat32: 0.7, memory: false },
    { model: 'head', batch: 256, toFloat32: 0.7, memory: false },
  ]),
  stepMeasure('vgg19', 'VGG19 32×32 fine-tune step', 'step', [
    { model: 'vgg19', batch: 32, toFloat32: 0.55, memory: true },
    { model: 'vgg19', batch: 128, toFloat32: 0.55, memory: true },
  ]),
  stepMeasure('resnet18', 'ResNet-18 32×32 training step', 'step', [
    { model: 'resnet18', batch: 128, toFloat32: 0.55, memory: true },
  ]),
  stepMeasure('resnet50', 'ResNet50 96×96 fine-tune step', 'step', [
    { model: 'resnet50', batch: 32, toFloat32: 0.55, memory: true },
  ]),
  stepMeasure('mobilenet', 'MobileNet 96×96 fine-tune step', 'step', [
    { model: 'mobilenet', batch: 32, toFloat32: 0.8, memory: true },
  ]),
  stepMeasure('efficientnet-lite0', 'EfficientNet-Lite0 96×96 fine-tune step', 'step', [
    { model: 'efficientnetLite0', batch: 64, toFloat32: 0.8, memory: true },
  ]),
  stepMeasure('inference-vgg19', 'VGG19 32×32 inference', 'inference', [
    { model: 'vgg19', batch: 64, toFloat32: 0.6, memory: false },
  ]),
  stepMeasure('inference-mobilenet', 'MobileNet 96×96 inference', 'inference', [
    { model: 'mobilenet', batch: 64, toFloat32: 0.9, memory: false },
  ]),
  decode,
  start,
  frozenMeasure('frozen', { cached: false }),
  frozenMeasure('frozen-cached', { cached: true }),
];
