import { Listr } from 'listr2';
import type { Progress } from './progress.ts';

/** The most notes of a step on the screen; the log of the run has all of them. */
const KEPT_LINES = 12;

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
              if (notes.length > KEPT_LINES) notes.shift();
              show('');
            };
            result = await run({ report: show, live: true, note, warn: note });
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
