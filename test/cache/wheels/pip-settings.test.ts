import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { configurationFiles, readPipSettings } from '../../../src/cache/wheels/pip-settings.ts';

const PYPI = 'https://pypi.org/simple';

describe('the settings of pip', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cifar-run-pip-'));
  after(() => rmSync(folder, { recursive: true }));

  /** Reads a configuration file with this content. */
  function read(content: string, env: Record<string, string> = {}) {
    const file = join(folder, 'pip.conf');
    writeFileSync(file, content);
    // Nothing of this machine: an empty home, and the file last.
    return readPipSettings({
      HOME: folder,
      XDG_CONFIG_DIRS: folder,
      PIP_CONFIG_FILE: file,
      ...env,
    });
  }

  it('are those of PyPI without any', () => {
    const settings = readPipSettings({ PIP_CONFIG_FILE: '/dev/null' });
    expect(settings).to.deep.equal({ indexes: [PYPI], proxy: undefined });
  });

  it('are read from variables', () => {
    const { indexes, proxy } = readPipSettings({
      PIP_CONFIG_FILE: '/dev/null',
      PIP_INDEX_URL: 'https://one/simple',
      PIP_EXTRA_INDEX_URL: 'https://two/simple  https://three/simple',
      PIP_PROXY: 'http://proxy:3128',
    });
    expect(indexes).to.deep.equal([
      'https://one/simple',
      'https://two/simple',
      'https://three/simple',
    ]);
    expect(proxy).to.equal('http://proxy:3128');
  });

  it('are read from a file, whose lists have several lines', () => {
    const { indexes, proxy } = read(
      '\ufeff# of this company\r\n[global]\r\nindex-url = https://one/simple?a=b\r\n' +
        'Extra_Index_URL =\r\n    https://two/simple\r\n\r\n    ; not this\r\n    https://three/simple\r\n' +
        'proxy: http://proxy:3128\r\n[list]\r\nformat = json\r\n',
    );
    expect(indexes).to.deep.equal([
      'https://one/simple?a=b',
      'https://two/simple',
      'https://three/simple',
    ]);
    expect(proxy).to.equal('http://proxy:3128');
  });

  it('of pip download go before those of all commands, and variables before both', () => {
    const content = '[download]\nindex-url=https://one\n[global]\nindex-url=https://two\n';
    expect(read(content).indexes).to.deep.equal(['https://one']);
    expect(read(content, { PIP_INDEX_URL: 'https://three' }).indexes).to.deep.equal([
      'https://three',
    ]);
  });

  it('are in pip.ini on Windows', () => {
    const env = {
      ProgramData: 'C:\\ProgramData',
      USERPROFILE: 'C:\\Users\\Jörg B',
      APPDATA: 'C:\\Users\\Jörg B\\AppData\\Roaming',
      VIRTUAL_ENV: 'D:\\env',
    };
    expect(configurationFiles('win32', env)).to.deep.equal([
      'C:\\ProgramData\\pip\\pip.ini',
      'C:\\Users\\Jörg B\\pip\\pip.ini',
      'C:\\Users\\Jörg B\\AppData\\Roaming\\pip\\pip.ini',
      'D:\\env\\pip.ini',
    ]);
  });

  it('are in pip.conf elsewhere, the own ones last', () => {
    expect(configurationFiles('linux', { HOME: '/home/a', PIP_CONFIG_FILE: '/b' })).to.deep.equal([
      '/etc/xdg/pip/pip.conf',
      '/etc/pip.conf',
      '/home/a/.pip/pip.conf',
      '/home/a/.config/pip/pip.conf',
      '/b',
    ]);
    expect(configurationFiles('darwin', { HOME: '/Users/a' }).at(-1)).to.equal(
      '/Users/a/Library/Application Support/pip/pip.conf',
    );
  });
});
