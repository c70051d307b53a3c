import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { findLibraries } from '../../../src/engine/tensorflow/install/locate.ts';

const FRAMEWORK = 'libtensorflow_framework.so.2';
const CC = 'libtensorflow_cc.so.2';

describe('a folder with TensorFlow', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cifar-run-folder-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function put(...paths: string[]): Promise<void> {
    for (const path of paths) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), '');
    }
  }

  async function errorOf(given: string): Promise<string> {
    try {
      await findLibraries(given, 'linux');
    } catch (error) {
      expect(error).to.have.property('name', 'InputError');
      return (error as Error).message;
    }
    throw new Error('was accepted');
  }

  for (const given of ['site-packages', 'site-packages/tensorflow']) {
    it(`is Python's ${given}`, async () => {
      await put(
        `site-packages/tensorflow/${CC}`,
        `site-packages/tensorflow/${FRAMEWORK}`,
        'site-packages/tensorflow_io-0.9.0.dist-info/METADATA',
        'site-packages/tensorflow_cpu-2.20.0.dist-info/METADATA',
      );
      const tensorflow = join(folder, 'site-packages/tensorflow');
      expect(await findLibraries(join(folder, given), 'linux')).to.deep.equal({
        folder: join(folder, given),
        core: join(tensorflow, CC),
        framework: join(tensorflow, FRAMEWORK),
        python: null,
        version: '2.20.0',
        variant: null,
      });
    });
  }

  it('detects a TensorFlow with CUDA', async () => {
    await put(`tensorflow/${CC}`, `tensorflow/${FRAMEWORK}`, 'tensorflow/python/platform/x');
    await writeFile(
      join(folder, 'tensorflow/python/platform/build_info.py'),
      "build_info = collections.OrderedDict([('cuda_version', '12.5.1'), ('is_cuda_build', True)])",
    );
    expect(await findLibraries(folder, 'linux')).to.include({ version: null, variant: 'cuda' });
  });

  for (const given of ['libtensorflow', 'libtensorflow/lib']) {
    it(`is ${given}`, async () => {
      await put('libtensorflow/lib/libtensorflow.so.2.18.0', `libtensorflow/lib/${FRAMEWORK}`);
      const core = join(folder, 'libtensorflow/lib/libtensorflow.so.2');
      await symlink('libtensorflow.so.2.18.0', core);
      expect(await findLibraries(join(folder, given), 'linux')).to.include({
        core,
        version: '2.18.0',
      });
    });
  }

  it('is any folder with both libraries', async () => {
    await put(CC, FRAMEWORK);
    expect(await findLibraries(folder, 'linux')).to.include({
      core: join(folder, CC),
      version: null,
    });
  });

  it('may contain the libraries of macOS', async () => {
    await put('tensorflow/libtensorflow_cc.2.dylib', 'tensorflow/libtensorflow_framework.2.dylib');
    const { core } = await findLibraries(folder, 'darwin');
    expect(core).to.equal(join(folder, 'tensorflow/libtensorflow_cc.2.dylib'));
  });

  describe('of Windows', () => {
    const DLL = '_pywrap_tensorflow_common.dll';
    const SITE = 'env/Lib/site-packages';

    /** A Python package for this version of Python. */
    async function putPackage(name: string, python: string): Promise<void> {
      await put(`${SITE}/tensorflow/python/${name}`, `${SITE}/tensorflow-2.21.0.dist-info/WHEEL`);
      const tag = `Wheel-Version: 1.0\nTag: ${python}-${python}-win_amd64\n`;
      await writeFile(join(folder, SITE, 'tensorflow-2.21.0.dist-info/WHEEL'), tag);
    }

    for (const given of [SITE, `${SITE}/tensorflow`, `${SITE}/tensorflow/python`]) {
      it(`is Python's ${given.slice(4)}, whose one library needs that of Python`, async () => {
        await putPackage(DLL, 'cp312');
        await put('env/python3.dll', 'env/python312.dll');
        const library = join(folder, SITE, 'tensorflow/python', DLL);
        expect(await findLibraries(join(folder, given), 'win32')).to.deep.equal({
          folder: join(folder, given),
          core: library,
          framework: library,
          python: join(folder, 'env/python312.dll'),
          version: '2.21.0',
          variant: null,
        });
      });
    }

    it('may be a virtual environment, whose Python is elsewhere', async () => {
      await putPackage('_pywrap_tensorflow_internal.pyd', 'cp311');
      await put('Python 3.11/python311.dll', 'env/pyvenv.cfg');
      const home = join(folder, 'Python 3.11');
      await writeFile(join(folder, 'env/pyvenv.cfg'), `home = ${home}\r\nversion = 3.11.9\r\n`);
      const { python } = await findLibraries(join(folder, SITE), 'win32');
      expect(python).to.equal(join(home, 'python311.dll'));
    });

    it('has a stand-in for Python where there is none', async () => {
      await put(DLL);
      const { python } = await findLibraries(folder, 'win32');
      expect(python).to.match(/native.python312\.dll$/);
    });
  });

  it('is rejected with one library only', async () => {
    await put(CC);
    expect(await errorOf(folder)).to.include(
      `CIFAR_RUN_TENSORFLOW: ${folder} does not contain TensorFlow. It must contain `,
    );
  });

  it('is rejected if it does not exist', async () => {
    expect(await errorOf(join(folder, 'nowhere'))).to.include(
      'nowhere does not contain TensorFlow',
    );
  });

  for (const version of ['2.15.1', '1.15.5']) {
    it(`is rejected with Python's TensorFlow ${version}`, async () => {
      await put(`tensorflow/${CC}`, `tensorflow/${FRAMEWORK}`, `tensorflow-${version}.dist-info/x`);
      expect(await errorOf(folder)).to.equal(
        `CIFAR_RUN_TENSORFLOW: ${folder} contains TensorFlow ${version}; 2.16 or later is needed`,
      );
    });
  }

  it('is rejected with libtensorflow 2.9', async () => {
    await put('lib/libtensorflow.so.2.9.1', `lib/${FRAMEWORK}`);
    await symlink('libtensorflow.so.2.9.1', join(folder, 'lib/libtensorflow.so.2'));
    expect(await errorOf(folder)).to.include('contains TensorFlow 2.9.1; 2.16 or later is needed');
  });
});
