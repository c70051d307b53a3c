import { expect } from 'chai';
import { confusionChart } from '../../src/charts/confusion.ts';
import { draw, refuseWarnings, textsOf } from './drawn.ts';

/** Of each class, `correct` images are predicted correctly and one as the next class. */
function confusion(classes: number, correct: number, name = (i: number) => `class ${i}`) {
  const matrix = Array.from({ length: classes }, (_, i) =>
    Array.from({ length: classes }, (_, j) =>
      i === j ? correct : Number(j === (i + 1) % classes),
    ),
  );
  return confusionChart({ title: 'a run', classNames: matrix.map((_, i) => name(i)), matrix });
}

describe('the chart of a confusion matrix', () => {
  refuseWarnings();

  it('shows counts, percentages of the row and names', async () => {
    for (const classes of [2, 10]) {
      const texts = await textsOf(confusion(classes, 1234));
      expect(texts.filter((text) => text === '1,234')).to.have.length(classes);
      expect(texts.filter((text) => text === '100 %')).to.have.length(classes);
      expect(texts.filter((text) => text === '0.1 %')).to.have.length(classes);
      expect(texts.filter((text) => text === 'class 1')).to.have.length(2);
      expect(
        texts.some((text) =>
          /^99.92 % of [\d,]+ validation images predicted correctly$/.test(text),
        ),
      ).to.equal(true);
    }
  });

  it('leaves cells with a count of 0 empty', async () => {
    const texts = await textsOf(confusion(10, 77));
    expect(texts.filter((text) => text === '77' || text === '1')).to.have.length(20);
    expect(texts).to.not.include('0');
  });

  it('shows 20 classes without percentages and 100 without numbers, but all names', async () => {
    const twenty = await textsOf(confusion(20, 77));
    expect(twenty.filter((text) => text === '77')).to.have.length(20);
    expect(twenty).to.not.include('99 %');
    const hundred = await textsOf(confusion(100, 77));
    expect(hundred).to.not.include('77');
    for (let i = 0; i < 100; i++)
      expect(hundred.filter((text) => text === `class ${i}`)).to.have.length(2);
  });

  it('is dark for a row of correct predictions and white for a count of 0', async () => {
    const { pixel, width, height } = await draw(confusion(100, 99));
    const colors = [];
    for (let x = 0; x < width; x++) colors.push(pixel(x, height >> 1));
    expect(colors.some(([red = 255, , blue = 0]) => red < 60 && blue > 90)).to.equal(true);
    expect(colors.filter(([red]) => red === 255).length).to.be.above(width / 2);
  });

  it('has a readable size', async () => {
    for (const classes of [1, 2, 10, 100]) {
      const { width, height } = await draw(confusion(classes, 9));
      expect(Math.max(width, height), `${classes} classes`).to.be.within(300, 2600);
    }
  });

  it('truncates names that would fill the chart', async () => {
    const texts = await textsOf(confusion(5, 9, (i) => `${i} ${'very '.repeat(30)}long`));
    const names = texts.filter((text) => text.includes('very'));
    expect(names).to.have.length(10);
    for (const name of names) expect(name).to.match(/^\d.*…$/);
    const { width } = await draw(confusion(5, 9, (i) => `${i} ${'very '.repeat(30)}long`));
    expect(width).to.be.below(2000);
  });

  it('draws a class without images', async () => {
    const chart = confusionChart({
      title: 'a run',
      classNames: ['seen', 'unseen'],
      matrix: [
        [3, 1],
        [0, 0],
      ],
    });
    expect(await textsOf(chart)).to.include.members(['3', '75 %', '1', '25 %', 'unseen']);
  });
});
