import type { FinishedRun } from '../finished-run.ts';
import { classificationReportCsv } from './classification-report.ts';
import { confusionMatrixCsv } from './confusion-matrix.ts';
import { pictureSheetJson, pictureSheetWebp } from './picture-sheet.ts';
import { confusionPicture, curvesPicture, examplesPicture, mistakesPicture } from './pictures.ts';
import { predictionsCsv } from './predictions.ts';
import { summaryJson } from './summary.ts';

/** A file that is written once, when a run ends. */
export interface Artifact {
  readonly file: string;
  content(run: FinishedRun): string | Promise<string | Uint8Array>;
}

/** What a run leaves besides its model, metrics and log, in the order in which it is written. */
export const ARTIFACTS: readonly Artifact[] = [
  { file: 'summary.json', content: summaryJson },
  { file: 'confusion_matrix.csv', content: confusionMatrixCsv },
  { file: 'classification_report.csv', content: classificationReportCsv },
  { file: 'predictions.csv', content: predictionsCsv },
  { file: 'pictures.json', content: pictureSheetJson },
  { file: 'pictures.webp', content: pictureSheetWebp },
  { file: 'curves.png', content: curvesPicture },
  { file: 'confusion_matrix.png', content: confusionPicture },
  { file: 'examples.png', content: examplesPicture },
  { file: 'mistakes.png', content: mistakesPicture },
];
