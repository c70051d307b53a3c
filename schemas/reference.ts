import { describe } from '../src/config/describe-schema.ts';
import type { Schema } from '../src/experiment/schema.ts';

const head = `# The experiment file

Made from \`experiment.schema.json\` by \`generate.ts\`: change those. Names in the column "what it is" that
are links are described further down. A key without a default may be left out unless it is **required**.
`;

/** The reference page: the schema as Markdown, a section for the file and one for each definition. */
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
  if (alternatives.length === 0) return `It is ${describe(schema)}.`;
  return alternatives.map(alternative).join('\n');
}

function alternative(schema: Schema): string {
  const what = schema.$ref || !schema.properties ? kind(schema) : schema.description;
  const note = schema.$ref || schema.properties ? '' : `: ${schema.description}`;
  return `- ${what}${note}${schema.properties ? `\n\n${table(schema)}\n` : ''}`;
}

function table({ properties = {}, required = [] }: Schema): string {
  if (Object.keys(properties).length === 0) return '';
  const rows = Object.entries(properties).map(([name, schema]) => {
    const byDefault = required.includes(name) ? '**required**' : defaultOf(schema);
    return `| \`${name}\` | ${kind(schema)} | ${byDefault} | ${schema.description ?? ''} |`;
  });
  const header = ['| key | what it is | default | |', '| --- | --- | --- | --- |'];
  return [...header, ...rows.map((row) => row.replaceAll('\n', ' '))].join('\n');
}

function defaultOf(schema: Schema): string {
  return schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
}

/** A link to a definition, or what is allowed in words. */
function kind(schema: Schema): string {
  if (schema.$ref) {
    const name = schema.$ref.replace('#/$defs/', '');
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.items?.$ref) return `list of ${kind(schema.items)}`;
  return schema.type || schema.enum || schema.const || schema.anyOf ? describe(schema) : 'anything';
}
