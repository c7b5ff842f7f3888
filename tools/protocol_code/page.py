"""docs/generated/plugin-protocol.md"""

NOTICE = '<!-- Made by tools/protocol from manifests/schema/protocol. A change here is undone: change the schemas. -->\n'
HEAD = '''
# Messages of the plugin protocol

What the kernel and its host processes say to each other. Order, flow, limits and failure stand in [plugin-protocol.md](../plugin-protocol.md). A method
without a result is a notification. *JSON* is any value, which is handed on unread; *integer* has at most 53 bits. Members that are not named here are ignored.
'''
DIRECTIONS = {'kernel-to-host': 'kernel → host process', 'host-to-kernel': 'host process → kernel', 'either': 'both ways'}


def cell(text):
    return str(text).replace('\n', ' ').replace('|', '\\|')


def form_of(node):
    node = node.resolved()
    if node.form == 'raw':
        return 'JSON object' if node.object_only else 'JSON'
    if node.form == 'array':
        return f'list of {form_of(node.items)}' + (f', at most {node.maximum}' if node.maximum is not None else '')
    if node.values:
        return ', '.join(f'`{value}`' for value in node.values)
    if node.form == 'object':
        return f'[{node.name}](#{node.name.lower()})'
    if node.form == 'string':
        return 'text' + (f', at most {node.maximum} characters' if node.maximum is not None else '')
    if node.form == 'integer':
        bounds = f' from {node.minimum}' if node.minimum else ''
        return 'integer' + bounds + (f' to {node.maximum}' if node.maximum is not None else '')
    return node.form


def members(node):
    if not node.members:
        return '\nNo members.\n'
    rows = ''.join(f'| `{member.name}`{"" if member.required else "?"} | {cell(form_of(member.node))} | {cell(member.node.description)} |\n'
                   for member in node.members)
    return f'\n| Member | Form | |\n| --- | --- | --- |\n{rows}'


def method_text(method):
    out = f'\n### `{method.name}`\n\n{DIRECTIONS[method.direction]}. {method.description}\n'
    for part, node in method.parts.items():
        title = {'params': 'Parameters', 'result': 'Result', 'event': 'Events'}[part]
        out += f'\n{title}: {form_of(node)}\n' if node.form == 'ref' else f'\n{title}:\n{members(node)}'
    return out


def page(interfaces):
    out = NOTICE + HEAD
    for interface in interfaces:
        out += f'\n## {interface.id}\n\n{interface.description}\n'
        for method in interface.methods:
            out += method_text(method)
        borrowed = [node for node in interface.types if node.form == 'object']
        inline = [node for node in interface.inner if node.form == 'object' and node not in borrowed and
                  not any(node is part for method in interface.methods for part in method.parts.values())]
        for node in [*borrowed, *inline]:
            out += f'\n### {node.name}\n' + (f'\n{node.description}\n' if node.description else '') + members(node)
    return out
