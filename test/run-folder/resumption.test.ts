import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InputError } from '../../src/common/errors.ts';
import { type CurrentRun, checkResumption } from '../../src/run-folder/resumption.ts';
import { StatusWriter } from '../../src/run-folder/status.ts';

describe('a run to resume', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const engine = { name: 'tensorflow', version: '2.21.0', device: 'CPU', threads: 2 };
  const environment = {
    cifarRun: '0.1.0',
    dataHash: 'd1',
    weightHashes: { 'weights.safetensors': 'w1' },
    engine: { ...engine, compiler: 'graph' },
  };
  const resolvedYaml = 'name: a\nseed: 1\ncheckpoint: { everyEpochs: 1 }\n';

  async function recorded(): Promise<void> {
    await writeFile(join(folder, 'resolved.yaml'), resolvedYaml);
    await writeFile(join(folder, 'environment.json'), JSON.stringify(environment));
  }

  /** Checks the run after changes of its environment and its settings. */
  function check(change: object, yaml = resolvedYaml): Promise<string[]> {
    const now = { ...environment, ...change };
    return checkResumption(folder, {
      resolvedYaml: yaml,
      environment: now,
    } as unknown as CurrentRun);
  }

  async function refusal(change: object, yaml?: string): Promise<string> {
    const error = await check(change, yaml).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(InputError);
    return (error as Error).message;
  }

  it('is accepted if nothing differs except for the checkpoint schedule', async () => {
    await recorded();
    expect(await check({})).to.deep.equal([]);
    const seldom = resolvedYaml.replace('everyEpochs: 1', 'everyMinutes: 10');
    expect(await check({}, seldom)).to.deep.equal([]);
  });

  it('is accepted if it was interrupted before its files were written', async () => {
    expect(await check({ dataHash: 'd2' })).to.deep.equal([]);
  });

  it('is refused with other data, weights, program or settings, with the differences', async () => {
    await recorded();
    expect(await refusal({ dataHash: 'd2' })).to.match(/data \(SHA-256\): was d1, is d2/);
    expect(await refusal({ weightHashes: { elsewhere: 'w2' } })).to.match(/was w1, is w2/);
    expect(await refusal({ cifarRun: '0.2.0' })).to.match(/program version: was 0.1.0, is 0.2.0/);
    const other = resolvedYaml.replace('seed: 1', 'seed: 2');
    expect(await refusal({}, other)).to.match(/seed: was 1, is 2$/);
  });

  it('is accepted with the same weights under another path', async () => {
    await recorded();
    expect(await check({ weightHashes: { elsewhere: 'w1' } })).to.deep.equal([]);
  });

  it('has a warning for another engine, device, compiler or number of threads', async () => {
    await recorded();
    const now = { ...engine, version: '2.20.0', device: 'GPU', threads: 4, compiler: 'none' };
    const notes = await check({ engine: now });
    expect(notes).to.have.length(4);
    for (const note of notes)
      expect(note).to.match(/: was .*, is .*; the last digits of the results may differ/);
  });

  it('is refused if it has finished', async () => {
    await recorded();
    await (await StatusWriter.start(folder)).end('finished');
    expect(await refusal({})).to.match(/has finished: there is nothing to resume/);
  });
});
