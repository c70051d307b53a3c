import { dereference, type Schema } from './schema.ts';

/** What a schema allows, in words that follow "must be": `a whole number of at least 1`. */
export function describe(schema: Schema): string {
  const { anyOf, oneOf, discriminator, type, ...rest } = dereference(schema);
  if (anyOf) return alternatives(anyOf.map(describe));
  if (oneOf && discriminator) return `a map with ${discriminator.propertyName}`;
  if (rest.enum) return `one of ${rest.enum.join(', ')}`;
  if (rest.const !== undefined) return String(rest.const);
  const types = typeof type === 'string' ? [type] : (type ?? []);
  return alternatives(types.map((each) => describeType(each, rest)));
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
      return schema.pattern ? `text that matches ${schema.pattern}` : 'text';
    case 'array':
      return `a list${size(schema.minItems, schema.maxItems)}${schema.uniqueItems ? ' without repeats' : ''}${schema.items ? `, each ${describe(schema.items)}` : ''}`;
    case 'object':
      return `a map${keys(schema)}`;
    default:
      return type;
  }
}

function limits({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const parts = [
    minimum !== undefined && `of at least ${minimum}`,
    exclusiveMinimum !== undefined && `above ${exclusiveMinimum}`,
    maximum !== undefined && `of at most ${maximum}`,
    exclusiveMaximum !== undefined && `below ${exclusiveMaximum}`,
  ].filter((part) => part !== false);
  return parts.length > 0 ? ` ${parts.join(' and ')}` : '';
}

function size(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && min === max) return ` of ${min}`;
  if (max !== undefined) return ` of at most ${max}`;
  return min !== undefined ? ` of at least ${min}` : '';
}

function keys({ properties, required, maxProperties }: Schema): string {
  const names = Object.keys(properties ?? {});
  if (names.length === 0) return '';
  if (maxProperties === 1) return ' with one key';
  return ` with ${(required ?? names).join(', ')}`;
}

function alternatives(descriptions: readonly string[]): string {
  const [last, ...others] = [...new Set(descriptions)].toReversed();
  const listed = last?.includes(',') && others.length > 0 ? `, or ${last}` : ` or ${last}`;
  return others.length > 0 ? others.toReversed().join(', ') + listed : (last ?? '');
}
