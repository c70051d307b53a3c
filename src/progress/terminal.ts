import { Listr } from 'listr2';
import type { Progress } from './progress.ts';

/** The most lines that a step keeps on the screen; all of them are in the run's log. */
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
            result = await run({
              report: show,
              live: true,
              note(line) {
                notes.push(line);
                if (notes.length > KEPT_LINES) notes.shift();
                show('');
              },
            });
          },
          // One output of many lines: listr2 keeps as many outputs as it is told, and wraps all of them anew
          // at each frame.
          rendererOptions: { outputBar: true, persistentOutput: true },
        },
      ],
      // The program handles signals itself: it saves before it goes.
      {
        registerSignalListeners: false,
        rendererOptions: { collapseErrors: true, showErrorMessage: false },
      },
    );
    await list.run();
    return result as Result;
  },
};
