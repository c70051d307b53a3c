import { dereference, type Schema } from '../experiment/schema.ts';

/** Describes the values that a schema allows, as a text after "must be": `a whole number of at least 1`. */
export function describe(schema: Schema): string {
  const { title, anyOf, oneOf, discriminator, type, ...rest } = dereference(schema);
  const names = namesWithArguments(schema);
  if (names.length > 0) return `one of ${names.join(', ')}, alone or in a map with arguments`;
  if (title) return title;
  if (anyOf) return alternatives(anyOf.map(describe));
  if (oneOf && discriminator) return `a map with ${discriminator.propertyName}`;
  if (rest.enum) return `one of ${rest.enum.join(', ')}`;
  if (rest.const !== undefined) return String(rest.const);
  const types = typeof type === 'string' ? [type] : (type ?? []);
  return alternatives(types.map((each) => describeType(each, rest)));
}

/** The names that are written alone or as the key of a map with arguments, e.g. kinds of layers. */
export function namesWithArguments(schema: Schema): string[] {
  const { anyOf = [] } = dereference(schema);
  const map = anyOf.find(({ maxProperties }) => maxProperties === 1);
  const alone = anyOf.flatMap((each) => (each.enum ?? []) as string[]);
  return map ? [...new Set([...Object.keys(map.properties ?? {}), ...alone])] : [];
}

function describeType(type: string, schema: Schema): string {
  switch (type) {
    case 'integer':
      return `a whole number${limits(schema)}`;
    case 'number':
      return `a number${limits(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'text';
    case 'array':
      return describeList(schema);
    case 'object':
      return `a map${keys(schema)}`;
    default:
      // `null` has the same meaning as a missing key.
      return '';
  }
}

function limits({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  const parts = [
    minimum !== undefined && `at least ${minimum}`,
    exclusiveMinimum !== undefined && `above ${exclusiveMinimum}`,
    maximum !== undefined && `at most ${maximum}`,
    exclusiveMaximum !== undefined && `below ${exclusiveMaximum}`,
  ].filter((part) => part !== false);
  const text = parts.join(' and ');
  return text.startsWith('at') ? ` of ${text}` : text && ` ${text}`;
}

function describeList({ items = {}, minItems, maxItems, uniqueItems }: Schema): string {
  const count = minItems === maxItems ? minItems : minItems && `at least ${minItems}`;
  const size = count ? ` of ${count} ${minItems === 1 ? 'item' : 'items'}` : '';
  const list = `a list${size}${uniqueItems ? ' without repeats' : ''}`;
  const { title } = dereference(items);
  const each = title ?? describe(items);
  return each ? `${list}, each ${each}` : list;
}

function keys({ properties = {}, required = [], minProperties, maxProperties }: Schema): string {
  const names = required.length > 0 ? required : Object.keys(properties);
  if (maxProperties === 1) return ' with one key';
  if (names.length === 0) return '';
  const choice = minProperties ? 'at least one of ' : 'any of ';
  const needsChoice = required.length === 0 && names.length > 1;
  return ` with ${needsChoice ? choice : ''}${names.join(', ')}`;
}

function alternatives(descriptions: readonly string[]): string {
  const different = [...new Set(descriptions)].filter((description) => description !== '');
  const separator = different.some((description) => description.includes(',')) ? ', or ' : ' or ';
  return different.join(separator);
}
