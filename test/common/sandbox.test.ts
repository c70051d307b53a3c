import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import { download } from '../../src/cache/download.ts';
import { downloadPackage } from '../../src/cache/npm-package.ts';
import { downloadWheels } from '../../src/cache/wheels/download-wheels.ts';
import { enterSandbox, requireAllowed } from '../../src/common/sandbox.ts';
import { loadData } from '../../src/data/load.ts';
import { openWeights } from '../../src/model/weights/open.ts';
import { withPlace } from '../../src/plan-experiment.ts';
import { dataConfig, loadContext, rejection } from '../data/fixture.ts';
import { planned } from '../planned-runs.ts';

const MODEL = `
model: { backbone: { inputShape: [8, 8, 3], layers: [] }, head: [flatten, dense: { units: 2, activation: softmax }] }
phases: [{ name: train, epochs: 1, optimizer: sgd }]
`;

describe('--sandboxed', () => {
  let folder: string;
  let own: string;
  const FORBIDDEN = /is outside of what --sandboxed allows/;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-test-'));
    own = join(folder, 'own');
    await mkdir(join(own, 'images/a'), { recursive: true });
    await mkdir(join(own, 'images/b'), { recursive: true });
    await mkdir(join(folder, 'owned-by-others'));
    const image = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    for (const path of [
      'own/images/a/1.png',
      'own/images/a/2.png',
      'own/images/b/1.png',
      'own/images/b/2.png',
      'secret.png',
    ]) {
      await writeFile(join(folder, path), image);
    }
    await writeFile(join(folder, 'base.yaml'), 'seed: 1\n');
    enterSandbox([own]);
  });

  after(async () => {
    delete process.env.CIFAR_RUN_SANDBOX;
    delete process.env.CIFAR_RUN_OFFLINE;
    await rm(folder, { recursive: true });
  });

  const plan = async (data: string, more = '') => {
    const file = join(own, 'experiment.yaml');
    await writeFile(file, `${more}data: ${data}${MODEL}`);
    return planned(file);
  };

  it('allows what is in the folder of the file', async () => {
    const { experiment } = await plan('{ dataset: folder, source: images, validation: 0.5 }');
    const { train } = await loadData(experiment.data, 1, loadContext([8, 8, 3]));
    expect(train.labels).to.have.length(2);
    expect(() => requireAllowed(join(own, 'not/there'))).not.to.throw();
  });

  it('forbids other paths, also by names that only begin alike', async () => {
    for (const path of ['..', '/etc', '~', '../owned-by-others', 'images/../../secret.png']) {
      const error = await rejection(plan(`{ dataset: folder, source: '${path}' }`));
      expect(error.message, path).to.match(FORBIDDEN);
    }
    const error = await rejection(plan('{ dataset: folder, source: ../secret.png }', 'seed: 1\n'));
    expect(error.message).to.match(/experiment\.yaml:2:34 {2}data\.source {2}.*sandboxed/);
    const extending = rejection(plan('{ dataset: digits }', 'extends: ../base.yaml\n'));
    expect((await extending).message).to.match(FORBIDDEN);
  });

  it('forbids links and rows of tables that lead out', async () => {
    await symlink(join(folder, 'secret.png'), join(own, 'link.png'));
    for (const path of ['link.png', join(folder, 'secret.png'), '../secret.png']) {
      const table = join(own, 'table.csv');
      await writeFile(
        table,
        `path,label,split\n${path},a,train\nimages/b/1.png,b,train\n${path},a,val\nimages/b/1.png,b,val\n`,
      );
      const config = dataConfig({ dataset: 'csv', source: table });
      expect((await rejection(loadData(config, 1, loadContext([8, 8, 3])))).message).to.match(
        FORBIDDEN,
      );
    }
    expect((await rejection(openWeights(join(own, 'link.png')))).message).to.match(FORBIDDEN);
  });

  it('names the place of a URL that it forbids', async () => {
    const url = 'http://127.0.0.1:9/images.zip';
    const { experiment, source } = await plan(
      `{ dataset: folder, source: '${url}', classes: [a, b] }`,
    );
    const loading = withPlace({ source }, ['data'], () =>
      loadData(experiment.data, 1, loadContext([8, 8, 3])),
    );
    expect((await rejection(loading)).message).to.match(
      /experiment\.yaml:1:34 {2}data\.source {2}http:\S+ is not in the cache, and --offline forbids/,
    );
  });

  it('starts neither npm nor pip', async () => {
    const { signal } = new AbortController();
    const [name, report] = ['made', () => {}];
    const npm = downloadPackage({ name, version: '1.0.0', bytes: 1 }, { to: own, report, signal });
    expect((await rejection(npm)).message).to.match(/made@1\.0\.0 is not in the cache/);
    const wheels = [{ requirement: 'made==1.0.0', platform: 'any', sha256: '', bytes: 1 }];
    const downloads = { wheels, temporary: own, kept: own, signal, report, onProgress: report };
    expect((await rejection(downloadWheels(downloads))).message).to.match(/made==1\.0\.0 is not/);
  });

  it('forbids all requests, as --offline does', async () => {
    const { signal } = new AbortController();
    const wanted = {
      url: 'http://127.0.0.1:9/x',
      hash: null,
      to: join(own, 'x'),
      report: () => {},
      signal,
    };
    expect((await rejection(download(wanted))).message).to.match(
      /--offline forbids to download it/,
    );
  });
});
