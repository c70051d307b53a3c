import { expect } from 'chai';
import type { Plan } from '../../src/plan/plan.ts';
import {
  type CapacityRequest,
  divide,
  gpuEnvironment,
  type Machine,
} from '../../src/sweep/capacity.ts';

const GB = 1e9;

/** Plans of runs whose tensors take so many bytes. */
function plans(count: number, bytes = 0.1 * GB): Plan[] {
  const memory = { weights: bytes, gradients: 0, optimizer: 0, activations: 0 };
  return Array.from({ length: count }, () => ({ phases: [{ memory }] }) as unknown as Plan);
}

describe('the number of runs at once', () => {
  const machine: Machine = { cores: 8, memory: 64 * GB, gpus: [] };
  const auto: CapacityRequest = { jobs: 'auto', threads: null };
  const of = (found: { jobs: number; threads: number }) => [found.jobs, found.threads];

  it('is one for each core, or fewer that share them, and never more than there are', () => {
    expect(of(divide(machine, plans(20), auto))).to.deep.equal([8, 1]);
    expect(of(divide(machine, plans(3), auto))).to.deep.equal([3, 2]);
    expect(of(divide(machine, plans(20), { ...auto, jobs: 3 }))).to.deep.equal([3, 2]);
    expect(of(divide(machine, plans(20), { jobs: 2, threads: 1 }))).to.deep.equal([2, 1]);
    expect(of(divide(machine, plans(20), { ...auto, jobs: 16 }))).to.deep.equal([16, 1]);
  });

  it('is what fits into memory, one at least, and says so where more were asked for', () => {
    const small = { ...machine, memory: 9 * GB };
    expect(of(divide(small, plans(20, 2 * GB), auto))).to.deep.equal([1, 8]);
    const asked = divide(small, plans(20, 1 * GB), { ...auto, jobs: 8 });
    expect(asked.jobs).to.equal(3);
    expect(asked.reason).to.equal('one run takes about 2.8 GB and 9.0 GB are free');
    expect(divide({ ...machine, memory: 0.1 * GB }, plans(5), auto).jobs).to.equal(1);
  });

  it('is one for each GPU', () => {
    const two = { ...machine, gpus: ['0', '3'] };
    expect(of(divide(two, plans(20), auto))).to.deep.equal([2, 4]);
    const asked = divide(two, plans(20), { ...auto, jobs: 4 });
    expect([asked.jobs, asked.reason]).to.deep.equal([2, 'each run takes a GPU and there are 2']);
    const told = [0, 1].map((place) => gpuEnvironment(place, two.gpus));
    expect(told).to.deep.equal([{ CUDA_VISIBLE_DEVICES: '0' }, { CUDA_VISIBLE_DEVICES: '3' }]);
    expect(gpuEnvironment(0, machine.gpus)).to.deep.equal({});
  });
});
