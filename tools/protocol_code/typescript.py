"""bridge-node/src/protocol.ts: types, and one validator over a table of shapes."""

import json

from . import names

NOTICE = '''// Made by tools/protocol from manifests/schema/protocol. A change here is undone: change the schemas.
// docs/plugin-protocol.md says what schemas cannot; docs/generated/plugin-protocol.md has every message on one page.
'''

ENGINE = '''
type Shape =
  | { is: 'raw' | 'number' | 'boolean' }
  | { is: 'string'; max?: number; values?: readonly string[] }
  | { is: 'integer'; min: number; max: number }
  | { is: 'array'; items: Shape; max?: number }
  | { is: 'object'; members?: () => Members; known?: Members }; // members are listed once, when they are first asked for
type Members = readonly (readonly [name: string, required: boolean, shape: Shape])[];

// Code points, of which there are at most as many as code units.
const longer = (text: string, max: number): boolean => text.length > max && [...text].length > max;

function scalarDefect(shape: Shape, value: unknown): string | undefined {
  switch (shape.is) {
    case 'string':
      if (typeof value !== 'string') return 'not a string';
      if (shape.max !== undefined && longer(value, shape.max)) return `longer than ${shape.max} characters`;
      if (shape.values !== undefined && !shape.values.includes(value)) return `none of ${shape.values.join(', ')}`;
      return undefined;
    case 'integer':
      if (!Number.isSafeInteger(value)) return 'not an integer';
      if ((value as number) < shape.min) return `less than ${shape.min}`;
      return (value as number) > shape.max ? `more than ${shape.max}` : undefined;
    case 'number':
      return typeof value === 'number' ? undefined : 'not a number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'not true or false';
    default:
      return undefined;
  }
}

// The path is put together only when there is a defect, from the inside out: ".key: missing".
function defectOf(shape: Shape, value: unknown): string | undefined {
  if (shape.is === 'array') {
    if (!Array.isArray(value)) return ': not an array';
    if (shape.max !== undefined && value.length > shape.max) return `: more than ${shape.max} items`;
    for (let index = 0; index < value.length; index += 1) {
      const found = defectOf(shape.items, value[index]);
      if (found !== undefined) return `[${index}]${found}`;
    }
    return undefined;
  }
  if (shape.is === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return ': not an object';
    shape.known ??= shape.members?.() ?? [];
    for (const [name, required, member] of shape.known) {
      if (!Object.hasOwn(value, name)) {
        if (required) return `.${name}: missing`;
        continue;
      }
      const found = defectOf(member, (value as Record<string, unknown>)[name]);
      if (found !== undefined) return `.${name}${found}`;
    }
    return undefined;
  }
  const found = scalarDefect(shape, value);
  return found === undefined ? undefined : `: ${found}`;
}
'''

FACE = '''
export type MethodName = keyof Methods;
export type Part = 'params' | 'result' | 'event';

/** What is wrong with a part of a message, as "tool.call params.key: missing"; undefined when nothing is. */
export function defect(method: MethodName, part: Part, value: unknown): string | undefined {
  const shape = (parts[method] as Partial<Record<Part, Shape>>)[part];
  const found = shape === undefined ? ': there is none' : defectOf(shape, value);
  return found === undefined ? undefined : `${method} ${part}${found}`;
}

export function isMethod(name: string): name is MethodName {
  return Object.hasOwn(parts, name);
}

/** The value, when it is what the method says; else throws an Error with the defect. Members that nobody knows stay in it. */
export function read<M extends MethodName, P extends keyof Methods[M] & Part>(method: M, part: P, value: unknown): Methods[M][P] {
  const found = defect(method, part, value);
  if (found !== undefined) throw new Error(found);
  return value as Methods[M][P];
}
'''


def type_of(node):
    node = node.resolved()
    if node.name:
        return node.name
    if node.form == 'raw':
        return 'Record<string, unknown>' if node.object_only else 'unknown'
    if node.form == 'array':
        inner = type_of(node.items)
        return f'Array<{inner}>' if ' ' in inner else f'{inner}[]'
    return {'integer': 'number', 'number': 'number', 'boolean': 'boolean', 'string': 'string'}[node.form]


def shape_name(name):
    return name[0].lower() + name[1:] + 'Shape'


def shape_of(node):
    node = node.resolved()
    if node.form == 'object':
        return shape_name(node.name)
    if node.form == 'raw':
        return "{ is: 'object' }" if node.object_only else "{ is: 'raw' }"
    limit = f', max: {node.maximum}' if node.maximum is not None else ''
    if node.form == 'array':
        return f"{{ is: 'array', items: {shape_of(node.items)}{limit} }}"
    if node.form == 'string':
        values = f', values: [{", ".join(repr(value) for value in node.values)}]' if node.values else ''
        return f"{{ is: 'string'{limit}{values} }}"
    if node.form == 'integer':
        maximum = 'Number.MAX_SAFE_INTEGER' if node.maximum is None else node.maximum
        return f"{{ is: 'integer', min: {node.minimum}, max: {maximum} }}"
    return f"{{ is: '{node.form}' }}"


def comment(text, indent=''):
    return f'{indent}/** {text} */\n' if text else ''


def declaration(node):
    if node.form == 'string':
        return f'export type {node.name} = {" | ".join(repr(value) for value in node.values)};\n'
    if not node.members:
        return f'{comment(node.description)}export type {node.name} = Record<string, never>;\n'
    lines = ''.join(comment(member.node.description, '  ') +
                    f'  {member.name}{"" if member.required else "?"}: {type_of(member.node)};\n' for member in node.members)
    return f'{comment(node.description)}export interface {node.name} {{\n{lines}}}\n'


def shape(node):
    rows = ''.join(f"  ['{member.name}', {json.dumps(member.required)}, {shape_of(member.node)}],\n" for member in node.members)
    body = f'[\n{rows}]' if rows else '[]'
    return f"const {shape_name(node.name)}: Shape = {{ is: 'object', members: () => {body} }};\n"


def module(interfaces):
    out = [NOTICE]
    for interface in interfaces:
        out.append(f'\n// {interface.id}: {interface.description}\n\n')
        out.extend(declaration(node) for node in interface.inner)
    out.append('\n/** Every method with its parts. One without a result is a notification. */\nexport interface Methods {\n')
    for interface in interfaces:
        for method in interface.methods:
            parts = '; '.join(f'{part}: {node.resolved().name}' for part, node in method.parts.items())
            out.append(f"{comment(method.description, '  ')}  '{method.name}': {{ {parts} }};\n")
    out.append('}\n' + ENGINE + '\n')
    for interface in interfaces:
        out.extend(shape(node) for node in interface.inner if node.form == 'object')
    out.append('\nconst parts = {\n')
    for interface in interfaces:
        for method in interface.methods:
            rows = ', '.join(f'{part}: {shape_name(node.resolved().name)}' for part, node in method.parts.items())
            out.append(f"  '{method.name}': {{ {rows} }},\n")
    out.append('} as const;\n' + FACE)
    return ''.join(out)
