import { Listr } from 'listr2';
import type { Progress, Screen } from './progress.ts';

/** The most notes of a step on the screen; the log of the run has all of them. */
const KEPT_LINES = 12;
/** Rows for the titles of the steps, a message below and a prompt. */
const OTHER_ROWS = 6;
/** Columns before each line of a step. */
const INDENT = 6;

/** A live display on a terminal. */
export const terminalProgress: Progress = {
  async step(title, run) {
    type Result = Awaited<ReturnType<typeof run>>;
    let result: Result | undefined;
    const notes: string[] = [];
    const list = new Listr(
      [
        {
          title,
          task: async (_, task) => {
            const show = (message: string) => {
              task.output = [...notes, message].filter(Boolean).join('\n');
            };
            const note = (line: string) => {
              notes.push(line);
              const { columns, rows } = screen();
              const height = () =>
                notes.reduce((sum, { length }) => sum + Math.ceil(length / columns), 0);
              while (notes.length > 1 && (notes.length > KEPT_LINES || height() > rows - 2))
                notes.shift();
              show('');
            };
            result = await run({ report: show, screen, note, warn: note });
          },
          // One output of many lines: listr2 wraps all outputs that it keeps at each frame.
          rendererOptions: { outputBar: true, persistentOutput: true },
        },
      ],
      // The program handles signals itself: it saves a checkpoint before it exits.
      {
        registerSignalListeners: false,
        rendererOptions: { collapseErrors: true, showErrorMessage: false },
      },
    );
    await list.run();
    return result as Result;
  },
};

function screen(): Screen {
  const { columns, rows } = process.stdout;
  // A terminal that does not know its size says 0.
  return {
    columns: Math.max(10, (columns || 80) - INDENT),
    rows: Math.max(4, (rows || 24) - OTHER_ROWS),
  };
}
