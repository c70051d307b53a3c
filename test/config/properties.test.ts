import { expect } from 'chai';
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { Json } from '../../src/common/json.ts';
import { allPaths, findPath, merge, parsePath, setValue } from '../../src/config/edit.ts';
import { parseYaml } from '../../src/config/parse-yaml.ts';
import { ErrorCollector } from '../../src/config/source-errors.ts';
import { type MapNode, type Tree, toJson, valueAt } from '../../src/config/source-tree.ts';
import { interpolate } from '../../src/config/variables.ts';

const origin = { name: 'test.yaml', folder: '/' };
const place = { origin, position: null };
const key = fc.stringMatching(/^[a-z][a-zA-Z0-9_-]{0,6}$/).filter((name) => name !== 'constructor');
const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.string({ maxLength: 8 }));
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const map = fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: true });

const parse = (json: Json): Tree => parseYaml(stringify(json), origin, new ErrorCollector());
const parseMap = (json: Json) => parse(json) as MapNode;
const same = (a: Tree, b: Json): void => {
  expect(toJson(a)).to.deep.equal(b);
};

describe('trees of values', () => {
  it('have the values of the YAML text', () => {
    fc.assert(fc.property(value, (json) => same(parse(json), json)));
  });

  it('do not change when they merge with themselves or with an empty tree', () => {
    fc.assert(
      fc.property(map, (json) => {
        same(merge(parseMap(json), parseMap(json)), json);
        same(merge(parseMap({}), parseMap(json)), json);
        same(merge(parseMap(json), parseMap({})), json);
      }),
    );
  });

  it('merge in any grouping', () => {
    fc.assert(
      fc.property(map, map, map, (a, b, c) => {
        const [x, y, z] = [parseMap(a), parseMap(b), parseMap(c)];
        same(merge(merge(x, y), z), toJson(merge(x, merge(y, z))));
      }),
    );
  });

  it('change only at the path that is set', () => {
    fc.assert(
      fc.property(map, value, fc.nat(), (json, set, choice) => {
        const tree = parseMap({ ...json, phases: [{ name: 'head', epochs: 1 }] });
        const paths = allPaths(tree);
        const path = parsePath(paths[choice % paths.length] ?? '');
        fc.pre(path !== null);
        const changed = setValue(tree, { path, value: parse(set), place });
        const found = findPath(tree, path) ?? [];
        same(valueAt(changed, found) as Tree, set);
        for (const other of paths.filter((each) => each !== path.join('.'))) {
          const at = findPath(tree, parsePath(other) ?? []) ?? [];
          same(valueAt(changed, at) as Tree, toJson(valueAt(tree, at) as Tree));
        }
      }),
    );
  });

  it('keep the type of a variable that is the whole value', () => {
    fc.assert(
      fc.property(value, (json) => {
        fc.pre(!JSON.stringify(json).includes('${'));
        const tree = interpolate(
          parseMap({ vars: { x: json }, y: [`$\{x}`] }),
          new ErrorCollector(),
        );
        same(valueAt(tree, ['y', 0]) as Tree, json);
      }),
    );
  });
});
