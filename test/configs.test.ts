import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { resolvedYaml } from '../src/config/resolved.ts';
import { loadExperiment } from '../src/load-experiment.ts';
import { configNames, configs, loadConfig } from './example-configs.ts';

describe('the example experiments', () => {
  it('are more than ten, and each begins with its schema and its purpose', async () => {
    expect(configNames.length).to.be.greaterThan(10);
    for (const name of configNames) {
      const [schema, comment] = (await readFile(join(configs, name), 'utf8')).split('\n');
      expect(schema, name).to.match(/\$schema=\.\.\/schemas\/editor\.schema\.json$/);
      expect(comment, name).to.match(/^# [A-Z].{40}/);
    }
  });

  it('stay the same when every default is written out', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cifar-run-configs-'));
    const resolved = join(folder, 'resolved.yaml');
    for (const name of configNames) {
      const { experiment } = await loadConfig(name);
      await writeFile(resolved, resolvedYaml(experiment));
      const again = await loadExperiment(resolved, { set: [], setFile: [] });
      expect(again.experiment, name).to.deep.equal(experiment);
    }
    await rm(folder, { recursive: true });
  });
});
