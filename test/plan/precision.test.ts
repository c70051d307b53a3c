import { expect } from 'chai';
import { NO_FILES } from '../../src/config/file-hashes.ts';
import { runId } from '../../src/plan/id.ts';
import { precisionProblems, resolvePrecision } from '../../src/plan/precision.ts';
import { experiment } from '../experiment.ts';

const plain = { device: 'cpu', bfloat16: false } as const;
const fast = { device: 'cpu', bfloat16: true } as const;
const gpu = { device: 'gpu', bfloat16: true } as const;

describe('the precision of a run', () => {
  it('is chosen by a fixed rule for `auto`', () => {
    const auto = { training: 'auto', inference: 'auto' } as const;
    const chosen = [plain, fast, gpu].map((support) => resolvePrecision(auto, support).training);
    expect(chosen).to.deep.equal(['float32', 'bfloat16', 'tf32']);
    const given = { training: 'auto', inference: 'float32' } as const;
    expect(resolvePrecision(given, fast)).to.deep.equal({
      training: 'bfloat16',
      inference: 'float32',
    });
  });

  it('is refused if the machine does not have it, with those that it has', () => {
    const problems = (
      training: 'bfloat16' | 'float16' | 'tf32',
      support: typeof gpu | typeof fast | typeof plain,
    ) =>
      precisionProblems({ training, inference: 'float32' }, support).map(({ message }) => message);
    expect(problems('bfloat16', fast)).to.deep.equal([]);
    expect(problems('bfloat16', plain)).to.deep.equal([
      'bfloat16 needs a processor with avx512_bf16 or amx_bf16; use float32',
    ]);
    expect(problems('float16', fast)).to.deep.equal([
      'float16 is slower than float32 on processors; use float32 or bfloat16',
    ]);
    expect(problems('tf32', fast)[0]).to.match(/^tf32 exists on GPUs only/);
    expect(problems('float16', gpu)).to.deep.equal([]);
  });

  it('is part of the id, except float32, which earlier versions always had', () => {
    const id = (training: 'float32' | 'bfloat16') =>
      runId({ ...experiment(), precision: { training, inference: 'float32' } }, NO_FILES);
    expect(id('bfloat16')).not.to.equal(id('float32'));
    const { precision: _, name: __, checkpoint: ___, ...rest } = experiment();
    expect(rest).not.to.have.property('precision');
  });
});
