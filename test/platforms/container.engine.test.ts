import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { locateTensorFlow } from '../../src/engine/tensorflow/install/locate.ts';
import { skip } from '../requirements.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A path that is there on every Linux. The folders appear in it for the processes of a test only. */
const PLACE = '/mnt/für alle';

/**
 * Makes a folder of Node, the program and TensorFlow, and one for runs, in which alone can be written. Then starts a command as a
 * user whom the system does not know, in the folder for runs.
 */
const CONTAINER = `
set -e
folder=$1 node=$2 program=$3 tensorflow=$4; shift 4
mount -t tmpfs -o mode=755 tmpfs "$folder"
cd "$folder"
mkdir -p "für alle/cifar-run" "für alle/tensorflow" "für alle/runs"
cd "für alle"
touch node
mount --bind "$node" node
mount --bind "$program" cifar-run
mount --bind "$tensorflow" tensorflow
mount -t tmpfs -o mode=777 tmpfs runs
for part in node cifar-run tensorflow ..; do mount -o remount,bind,ro "$part"; done
mount --rbind "$folder" /mnt
mount -o remount,bind,ro /
cd "/mnt/für alle/runs"
exec setpriv --reuid 12345 --regid 12345 --clear-groups env --ignore-environment "$@"
`;

describe('in a container with a read-only disk, for a user without a home folder', function (this: Mocha.Suite) {
  this.timeout(60_000);
  let tensorflow: string;

  before(async function () {
    this.timeout(600_000);
    const tried = await execa('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], {
      reject: false,
    });
    if (tried.exitCode !== 0)
      skip(this, `needs the privilege to mount: ${tried.stderr || tried.message}`);
    const { core } = await locateTensorFlow({ device: 'cpu', report: () => {} });
    tensorflow = dirname(core);
  });

  /** Runs the program with such variables, and what follows it in the same shell. */
  async function run(variables: readonly string[], args: readonly string[], then = '') {
    const folder = await mkdtemp(join(tmpdir(), 'container-'));
    const node = await realpath(process.execPath);
    const inside = `"${PLACE}/node" "${PLACE}/cifar-run/dist/cli.js" "$@" 2>&1 || exit; ${then}`;
    const { exitCode, stdout, stderr } = await execa(
      'unshare',
      ['--mount', 'bash', '-c', CONTAINER, 'bash', folder, node, root, tensorflow].concat(
        ['PATH=/usr/bin:/bin', ...variables],
        ['bash', '-c', inside, 'bash', ...args],
      ),
      { reject: false },
    );
    expect(stderr).to.equal('');
    return { exitCode, output: stdout };
  }

  it('trains, without a place for the cache', async () => {
    const { exitCode, output } = await run(
      [`CIFAR_RUN_TENSORFLOW=${PLACE}/tensorflow`],
      [
        `${PLACE}/cifar-run/configs/digits.yaml`,
        ...['--set', 'data.limit={train: 64, validation: 32}'],
        ...['--set', 'phases.head.epochs=1', '--set', 'phases.fine-tune.epochs=1'],
      ],
      'stat -c "%u %n" runs/digits/*/model/model.json',
    );
    expect(exitCode, output).to.equal(0);
    expect(output).to.match(/features .* cannot be cached: EROFS: read-only file system/);
    expect(output).to.match(/^12345 runs\/digits\/\S+\/model\/model\.json$/m);
  });

  it('says where TensorFlow could be installed', async () => {
    const { exitCode, output } = await run([], ['engine']);
    expect(exitCode, output).to.equal(1);
    expect(output).to.match(
      /cannot write to the cache folder .*cifar-run\/engine \(E\w+\): .* set CIFAR_RUN_CACHE to another folder/,
    );
  });
});
