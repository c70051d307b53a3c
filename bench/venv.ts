import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const venv = fileURLToPath(new URL('.venv', import.meta.url));
const requirements = (name: string) => fileURLToPath(new URL(`peers/${name}`, import.meta.url));

/** The path of a Python with Keras and PyTorch: `BENCH_PYTHON`, or a venv with pinned versions that the first call creates. */
export async function python(): Promise<string> {
  const { BENCH_PYTHON } = process.env;
  if (BENCH_PYTHON) return BENCH_PYTHON;
  if (!existsSync(`${venv}/ready`)) {
    process.stderr.write('installing Keras and PyTorch into bench/.venv, 2.5 GB\n');
    await execa('python3', ['-m', 'venv', venv]);
    const pip = [`${venv}/bin/pip`, 'install', '--quiet', '--disable-pip-version-check'] as const;
    const [program, ...install] = pip;
    await execa(program, [...install, '-r', requirements('requirements.txt')]);
    await execa(program, [...install, '--no-deps', '-r', requirements('requirements-alone.txt')]);
    await writeFile(`${venv}/ready`, '');
  }
  return `${venv}/bin/python`;
}
