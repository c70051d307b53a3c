import { describe } from '../src/config/describe-schema.ts';
import { dereference, type Schema } from '../src/experiment/schema.ts';

const head = `# The experiment file

This page lists every key of an experiment file. \`npm run generate\` makes it from \`experiment.schema.json\`. A linked value
has its own section below. A key without a default is optional, unless it is **required**.
`;

/** The reference page: the schema as Markdown, with a section for the file and one for each definition. */
export function reference(schema: Schema): string {
  const sections = Object.entries(schema.$defs ?? {}).map(([name, each]) => section(name, each));
  return `${[head, schema.description, table(schema), ...sections].join('\n\n').replaceAll(/\n{3,}/g, '\n\n')}\n`;
}

function section(name: string, schema: Schema): string {
  return [`## ${name}`, schema.description, body(schema)].filter(Boolean).join('\n\n');
}

function body(schema: Schema): string {
  if (schema.properties) return table(schema);
  const alternatives = schema.anyOf ?? schema.oneOf ?? [];
  if (alternatives.length === 0) return `Value: ${describe(schema)}.`;
  return alternatives.map(alternative).join('\n');
}

function alternative(schema: Schema): string {
  if (schema.properties) return `- ${schema.description}\n\n${table(schema)}\n`;
  const value = kind(schema) || '`null`';
  return schema.$ref ? `- ${value}` : `- ${value}: ${schema.description}`;
}

function table({ properties = {}, required = [] }: Schema): string {
  if (Object.keys(properties).length === 0) return '';
  const rows = Object.entries(properties).map(([name, schema]) => {
    const byDefault = required.includes(name) ? '**required**' : defaultOf(schema);
    const { description = '' } = dereference(schema);
    return `| \`${name}\` | ${kind(schema)} | ${byDefault} | ${description} |`;
  });
  const header = ['| key | value | default | description |', '| --- | --- | --- | --- |'];
  return [...header, ...rows.map((row) => row.replaceAll('\n', ' '))].join('\n');
}

function defaultOf(schema: Schema): string {
  return schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
}

/** A link to a definition, or a description of the allowed values. */
function kind(schema: Schema): string {
  if (schema.$ref) {
    const name = schema.$ref.replace('#/$defs/', '');
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.items?.$ref) return `list of ${kind(schema.items)}`;
  return schema.type || schema.enum || schema.const || schema.anyOf ? describe(schema) : 'anything';
}
