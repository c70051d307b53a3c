import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { InputError } from '../../src/common/errors.ts';
import { loadExperiment } from '../../src/load-experiment.ts';
import { planExperiment, planSweep } from '../../src/plan-experiment.ts';
import { runModelsIn } from '../../src/runs/run-models.ts';

const root = fileURLToPath(new URL('./', import.meta.url));
const folder = `${root}wrong/`;
const tests = fileURLToPath(new URL('../', import.meta.url));

/** Returns the command-line options in the first comment of a file: `# --set path=value …`. */
function optionsIn(text: string): { set: string[]; setFile: string[] } {
  const [line = ''] = /^# --set.*$/m.exec(text) ?? [];
  const values = (option: string) =>
    [...line.matchAll(new RegExp(`--${option} (\\S+)`, 'g'))].map(([, value = '']) => value);
  return { set: values('set'), setFile: values('set-file') };
}

/** Returns the messages about a file, without the folders of this test. */
async function said(name: string): Promise<string> {
  const text = readFileSync(`${folder}${name}`, 'utf8');
  try {
    const loaded = await loadExperiment(`${folder}${name}`, optionsIn(text));
    await planExperiment(loaded, runModelsIn('runs'));
    await planSweep(loaded, runModelsIn('runs'));
  } catch (error) {
    expect(error).to.be.instanceOf(InputError);
    return (error as Error).message
      .replaceAll(folder, '')
      .replaceAll(root, '')
      .replaceAll(tests, '');
  }
  return 'nothing';
}

/** Each file in `wrong/` is an experiment with faults. Its comments `#> …` are the complete expected messages. */
describe('wrong experiment files', () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

  it('are more than a hundred', () => {
    expect(names.length).to.be.greaterThan(100);
  });

  for (const name of names) {
    it(name, async () => {
      const text = readFileSync(`${folder}${name}`, 'utf8');
      const expected = [...text.matchAll(/^#> (.*)$/gm)].map(([, line]) => line).join('\n');
      expect(await said(name)).to.equal(expected);
    });
  }
});
