import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { cacheFolder } from '../../src/cache/cache-folder.ts';

describe('the cache folder', () => {
  const { CIFAR_RUN_CACHE, XDG_CACHE_HOME } = process.env;
  const clear = () => {
    delete process.env.CIFAR_RUN_CACHE;
    delete process.env.XDG_CACHE_HOME;
  };
  beforeEach(clear);
  afterEach(() => {
    clear();
    Object.assign(process.env, CIFAR_RUN_CACHE === undefined ? {} : { CIFAR_RUN_CACHE });
    Object.assign(process.env, XDG_CACHE_HOME === undefined ? {} : { XDG_CACHE_HOME });
  });

  it('is CIFAR_RUN_CACHE, relative to the working folder', () => {
    process.env.XDG_CACHE_HOME = '/xdg';
    process.env.CIFAR_RUN_CACHE = '/somewhere/else';
    expect(cacheFolder()).to.equal(resolve('/somewhere/else'));
    process.env.CIFAR_RUN_CACHE = 'here';
    expect(cacheFolder()).to.equal(resolve('here'));
  });

  it('follows the XDG specification on Linux, and the conventions of macOS', function () {
    // test/platforms/windows.long.test.ts looks where it is there.
    if (process.platform === 'win32') this.skip();
    const inHome = process.platform === 'darwin' ? 'Library/Caches' : '.cache';
    expect(cacheFolder()).to.equal(join(homedir(), inHome, 'cifar-run'));
    process.env.XDG_CACHE_HOME = '';
    process.env.CIFAR_RUN_CACHE = '';
    expect(cacheFolder()).to.equal(join(homedir(), inHome, 'cifar-run'));
    if (process.platform === 'darwin') return;
    process.env.XDG_CACHE_HOME = '/xdg';
    expect(cacheFolder()).to.equal('/xdg/cifar-run');
  });
});
