"""kernel/core/protocol in the build folder: one header and one source file per interface."""

from . import names

NOTICE = '// Made by tools/protocol from manifests/schema/protocol/{}.json. A change here is undone: change the schema.\n'
FOLDER = 'kernel/core/protocol'
KEYWORDS = {'and', 'auto', 'bool', 'break', 'case', 'catch', 'char', 'class', 'const', 'continue', 'default', 'delete', 'do',
            'double', 'else', 'enum', 'explicit', 'export', 'extern', 'false', 'float', 'for', 'friend', 'goto', 'if', 'inline',
            'int', 'long', 'namespace', 'new', 'not', 'operator', 'or', 'private', 'protected', 'public', 'register', 'return',
            'short', 'signed', 'sizeof', 'static', 'struct', 'switch', 'template', 'this', 'throw', 'true', 'try', 'typedef',
            'union', 'unsigned', 'using', 'virtual', 'void', 'volatile', 'while', 'xor'}
SCALARS = {'string': 'std::string', 'raw': 'std::string', 'integer': 'std::uint64_t', 'number': 'double', 'boolean': 'bool'}


def identifier(name):
    name = names.snake(name)
    return name + '_' if name in KEYWORDS else name


def type_of(node):
    node = node.resolved()
    if node.name:
        return node.name
    return f'std::vector<{type_of(node.items)}>' if node.form == 'array' else SCALARS[node.form]


def member_type(member):
    """Raw JSON is never empty, so that an empty one can stand for none."""
    plain = type_of(member.node)
    return plain if member.required or member.node.resolved().form == 'raw' else f'std::optional<{plain}>'


def comment(text, indent=''):
    return f'{indent}// {text}\n' if text else ''


def note_of(node):
    """What stands behind a member."""
    forms = {'raw': 'a JSON object' if node.object_only else 'JSON'}
    return '. '.join(text for text in (forms.get(node.form, ''), node.description.rstrip('.')) if text)


def declaration(node):
    if node.form == 'string':
        values = ', '.join(identifier(value) for value in node.values)
        return (f'enum class {node.name} : std::uint8_t {{ {values} }};\n'
                f'std::string_view name_of({node.name} value);\n\n')
    lines = ''
    for member in node.members:
        initial = ' = 0' if member.required and member.node.resolved().form in ('integer', 'number') else ''
        if member.required and member.node.resolved().form == 'boolean':
            initial = ' = false'
        if member.required and member.node.resolved().values:
            initial = f' = {member.node.resolved().name}::{identifier(member.node.resolved().values[0])}'
        lines += comment(note_of(member.node), '  ') + f'  {member_type(member)} {identifier(member.name)}{initial};\n'
    return f'{comment(node.description)}struct {node.name} {{\n{lines}}};\n\n'


def uses(interface):
    nodes = [member.node.resolved() for node in interface.inner for member in node.members]
    nodes += [node.items.resolved() for node in nodes if node.form == 'array']
    optional = any(not member.required and member.node.resolved().form != 'raw' for node in interface.inner for member in node.members)
    return [name for name, needed in (('cstdint', any(node.form in ('integer', 'string') for node in nodes)),
                                      ('optional', optional),
                                      ('string', True), ('string_view', True),
                                      ('vector', any(node.form == 'array' for node in nodes))) if needed]


def aliases(method):
    for part, node in method.parts.items():
        name = names.part_name(method.name, part)
        if node.resolved().name != name:
            yield f'using {name} = {node.resolved().name};\n'


def structs(interface):
    return [node for node in interface.inner if node.form == 'object']


def header(interface):
    out = [NOTICE.format(interface.name), '#pragma once\n\n', f'// {interface.id}: {interface.description}\n',
           '// How to use these: kernel/core/protocol/README.md.\n\n']
    out += [f'#include <{name}>\n' for name in uses(interface)]
    out.append('\n#include "kernel/core/base/error.hpp"\n\nnamespace chela::protocol {\n\n')
    out += [declaration(node) for node in interface.inner]
    for method in interface.methods:
        out.append(comment(f'{method.description} ({method.direction})'))
        out.append(f'constexpr std::string_view {names.constant(method.name)} = "{method.name}";\n')
        for alias in aliases(method):
            out.append(alias)
        for part in method.parts:
            name = names.part_name(method.name, part)
            out.append(f'Result<{name}> read_{reader_name(method, part)}(std::string_view json);\n')
        out.append('\n')
    out += [f'std::string to_json(const {node.name}& value);\n' for node in structs(interface)]
    out.append('\n}  // namespace chela::protocol\n')
    return ''.join(out)


def reader_name(method, part):
    return names.snake(method.name.replace('.', '_')) + '_' + part


def read_call(node, text, into, depth=0):
    """The statement that reads `text` into `into`."""
    node = node.resolved()
    if node.form == 'object':
        return f'read_value(reader, {text}, {into});'
    if node.form == 'array':
        item = f'item{depth}'
        inner = read_call(node.items, item, f'to{depth}', depth + 1)
        maximum = 'Reader::kNoMaximum' if node.maximum is None else node.maximum
        return (f'reader.array({text}, {into}, {maximum}, [&](std::string_view {item}, {type_of(node.items)}& to{depth}) '
                f'{{ {inner} }});')
    if node.form == 'string' and node.values:
        return f'reader.one_of({text}, k{node.name}Names, {into});'
    if node.form == 'string':
        maximum = '' if node.maximum is None else f', {node.maximum}'
        return f'reader.string({text}, {into}{maximum});'
    if node.form == 'integer':
        maximum = '' if node.maximum is None else f', {node.maximum}'
        minimum = f', {node.minimum}' if node.minimum or maximum else ''
        return f'reader.integer({text}, {into}{minimum}{maximum});'
    if node.form == 'raw':
        return f'reader.{"raw_object" if node.object_only else "raw"}({text}, {into});'
    return f'reader.{node.form}({text}, {into});'


def reading(node):
    rows = ''
    for member in node.members:
        into = f'out.{identifier(member.name)}'
        if member_type(member).startswith('std::optional'):
            into += '.emplace()'
        need = 'required' if member.required else 'optional'
        rows += (f'  object.{need}("{member.name}", [&](std::string_view text) {{\n'
                 f'    {read_call(member.node, "text", into)}\n  }});\n')
    used = 'out' if node.members else '/*out*/'
    return (f'void read_value(Reader& reader, std::string_view json, {node.name}& {used}) {{\n'
            f'  Reader::Object object(reader, json);\n{rows}}}\n\n')


def append_call(node, value, depth=0):
    node = node.resolved()
    if node.form == 'object':
        return f'append_value(out, {value});'
    if node.form == 'array':
        item = f'item{depth}'
        inner = append_call(node.items, item, depth + 1)
        return f'append_array(out, {value}, [&](const {type_of(node.items)}& {item}) {{ {inner} }});'
    if node.form == 'string' and node.values:
        return f'append_json_string(out, name_of({value}));'
    if node.form == 'string':
        return f'append_json_string(out, {value});'
    if node.form == 'raw':
        return f'append_raw(out, {value}, "{"{}" if node.object_only else "null"}");'
    return f'append_{node.form}(out, {value});'


def writing(node):
    rows = ''
    for member in node.members:
        name = f'value.{identifier(member.name)}'
        plain = member_type(member) == type_of(member.node)
        condition = '' if member.required else f'if ({"!" + name + ".empty()" if plain else name}) '
        inner = append_call(member.node, name if plain else '*' + name)
        rows += (f'  {condition}{{\n    object.key("{member.name}");\n    {inner}\n  }}\n' if condition else
                 f'  object.key("{member.name}");\n  {inner}\n')
    used = 'value' if node.members else '/*value*/'
    return f'void append_value(std::string& out, const {node.name}& {used}) {{\n  ObjectText object(out);\n{rows}}}\n\n'


def source(interface):
    out = [NOTICE.format(interface.name), f'#include "{FOLDER}/{interface.name}.hpp"\n\n',
           f'#include "{FOLDER}/reader.hpp"\n#include "{FOLDER}/writer.hpp"\n\nnamespace chela::protocol {{\nnamespace {{\n\n']
    for node in interface.inner:
        if node.form == 'string':
            values = ', '.join(f'"{value}"' for value in node.values)
            out.append(f'constexpr std::string_view k{node.name}Names[] = {{{values}}};\n\n')
    out += [reading(node) for node in structs(interface)]
    out.append('}  // namespace\n\n')
    for node in interface.inner:
        if node.form == 'string':
            out.append(f'std::string_view name_of({node.name} value) {{ return k{node.name}Names[static_cast<std::size_t>(value)]; }}\n\n')
    out.append('namespace {\n\n')
    out += [writing(node) for node in structs(interface)]
    out.append('}  // namespace\n\n')
    for node in structs(interface):
        out.append(f'std::string to_json(const {node.name}& value) {{\n  std::string out;\n  append_value(out, value);\n'
                   '  return out;\n}\n\n')
    for method in interface.methods:
        for part in method.parts:
            name = names.part_name(method.name, part)
            out.append(f'Result<{name}> read_{reader_name(method, part)}(std::string_view json) {{\n'
                       f'  return read_whole<{name}>("{method.name} {part}", json, read_value);\n}}\n\n')
    out.append('}  // namespace chela::protocol\n')
    return ''.join(out)


def checks(interfaces):
    """What tests ask: the readers by the names of methods and parts."""
    cases = ''.join(
        f'  if (method == "{method.name}" && part == "{part}") return text_of(read_{reader_name(method, part)}(json));\n'
        for interface in interfaces for method in interface.methods for part in method.parts)
    includes = ''.join(f'#include "{FOLDER}/{interface.name}.hpp"\n' for interface in interfaces)
    return (f'// Made by tools/protocol from manifests/schema/protocol. A change here is undone: change the schemas.\n\n{includes}\n'
            'namespace chela::protocol {\nnamespace {\n\ntemplate <class T>\nResult<std::string> text_of(Result<T> read) {\n'
            '  if (!read) return std::unexpected(std::move(read.error()));\n  return to_json(*read);\n}\n\n}  // namespace\n\n'
            '// Reads a part of a method\'s message, and writes it again.\n'
            'Result<std::string> read_again(std::string_view method, std::string_view part, std::string_view json) {\n'
            f'{cases}  return fail(ErrorCode::not_found, "{{}} {{}}: there is none", method, part);\n}}\n\n'
            '}  // namespace chela::protocol\n')


def files(interfaces):
    made = {}
    for interface in interfaces:
        made[f'{FOLDER}/{interface.name}.hpp'] = header(interface)
        made[f'{FOLDER}/{interface.name}.cpp'] = source(interface)
    made[f'{FOLDER}/read_again.inc'] = checks(interfaces)
    return made
