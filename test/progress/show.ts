import { setTimeout } from 'node:timers/promises';
import { terminalProgress } from '../../src/progress/terminal.ts';

// Shows progress like a training, for the test of the terminal: notes stay, reports replace each other.

await terminalProgress.step('Training', async ({ note, report }) => {
  for (let epoch = 1; epoch <= 3; epoch++) {
    for (let batch = 1; batch <= 20; batch++) {
      report(`epoch ${epoch} batch ${batch}`);
      await setTimeout(10);
    }
    note(`epoch ${epoch} done`);
  }
});
