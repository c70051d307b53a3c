import { expect } from 'chai';
import type { Plan } from '../../src/plan/plan.ts';
import {
  type CapacityRequest,
  divide,
  gpuEnvironment,
  type Machine,
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

  it('is one per GPU', () => {
    const two = { ...machine, gpus: ['0', '3'] };
    expect(of(divide(two, plans(20), auto))).to.deep.equal([2, 4]);
    const requested = divide(two, plans(20), { ...auto, jobs: 4 });
    expect([requested.jobs, requested.reason]).to.deep.equal([
      2,
      'each run takes a GPU and there are 2',
    ]);
    const environments = [0, 1].map((place) => gpuEnvironment(place, two.gpus));
    expect(environments).to.deep.equal([
      { CUDA_VISIBLE_DEVICES: '0' },
      { CUDA_VISIBLE_DEVICES: '3' },
    ]);
    expect(gpuEnvironment(0, machine.gpus)).to.deep.equal({});
  });
});
