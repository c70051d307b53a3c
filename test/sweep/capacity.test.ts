import { expect } from 'chai';
import type { Plan } from '../../src/plan/plan.ts';
import {
  type CapacityRequest,
  divide,
  gpuEnvironment,
  type Machine,
  parseGpus,
} from '../../src/sweep/capacity.ts';

const GB = 1e9;

/** Returns plans of runs whose tensors take a number of bytes. */
function plans(count: number, bytes = 0.1 * GB): Plan[] {
  const memory = { weights: bytes, gradients: 0, optimizer: 0, activations: 0 };
  return Array.from({ length: count }, () => ({ phases: [{ memory }] }) as unknown as Plan);
}

describe('the number of concurrent runs', () => {
  const machine: Machine = { cores: 8, memory: 64 * GB, gpus: [] };
  const auto: CapacityRequest = { jobs: 'auto', threads: null };
  const of = (found: { jobs: number; threads: number }) => [found.jobs, found.threads];

  it('is one per core, or fewer runs that share the cores, and at most the number of runs', () => {
    expect(of(divide(machine, plans(20), auto))).to.deep.equal([8, 1]);
    expect(of(divide(machine, plans(3), auto))).to.deep.equal([3, 2]);
    expect(of(divide(machine, plans(20), { ...auto, jobs: 3 }))).to.deep.equal([3, 2]);
    expect(of(divide(machine, plans(20), { jobs: 2, threads: 1 }))).to.deep.equal([2, 1]);
    expect(of(divide(machine, plans(20), { ...auto, jobs: 16 }))).to.deep.equal([16, 1]);
  });

  it('is limited by memory to at least one, with a reason if more were requested', () => {
    const small = { ...machine, memory: 9 * GB };
    expect(of(divide(small, plans(20, 2 * GB), auto))).to.deep.equal([1, 8]);
    const requested = divide(small, plans(20, 1 * GB), { ...auto, jobs: 8 });
    expect(requested.jobs).to.equal(3);
    expect(requested.reason).to.equal('one run takes about 2.8 GB and 9.0 GB are free');
    expect(divide({ ...machine, memory: 0.1 * GB }, plans(5), auto).jobs).to.equal(1);
  });

  it('is as many as fit into the memory of the GPUs, spread evenly', () => {
    const gpus = [
      { name: '0', memory: 6 * GB },
      { name: '3', memory: 3 * GB },
    ];
    const two = { ...machine, gpus };
    const shared = divide(two, plans(20, 0.5 * GB), auto);
    expect(shared).to.deep.equal({ jobs: 4, threads: 2, gpus: ['0', '3', '0', '0'], reason: null });
    const requested = divide(two, plans(20, 2 * GB), { ...auto, jobs: 4 });
    expect(requested).to.deep.equal({
      jobs: 2,
      threads: 4,
      gpus: ['0', '3'],
      reason:
        'one run takes about 5.0 GB of a GPU, and GPU 0 has 6.0 GB free, GPU 3 has 3.0 GB free',
    });
    const unknown = { ...machine, gpus: [{ name: 'GPU-1f', memory: null }] };
    expect(divide(unknown, plans(20), { ...auto, jobs: 2 }).gpus).to.deep.equal(['GPU-1f']);
    const environments = [0, 1].map((slot) => gpuEnvironment(slot, requested.gpus));
    expect(environments).to.deep.equal([
      { CUDA_VISIBLE_DEVICES: '0' },
      { CUDA_VISIBLE_DEVICES: '3' },
    ]);
    expect(gpuEnvironment(0, [])).to.deep.equal({});
  });

  it('is decided by what nvidia-smi says', () => {
    expect(parseGpus('0, GPU-8a, 81088\n1, GPU-1f, 1024\n')).to.deep.equal([
      { index: '0', uuid: 'GPU-8a', memory: 81088 * 2 ** 20 },
      { index: '1', uuid: 'GPU-1f', memory: 2 ** 30 },
    ]);
  });
});
