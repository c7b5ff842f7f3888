"""The files of the protocol, read and checked. Anything that some reader would not understand is refused here."""

import dataclasses
import json
import re

FOLDER = 'manifests/schema/protocol'

INTEGER_MAX = 2**53 - 1
DIRECTIONS = ('kernel-to-host', 'host-to-kernel', 'either')
# What a node may say beside "description", by its form; what it must say is in capitals.
FORMS = {
    'ref': {'$REF'},
    'raw': {'RAW', 'type'},
    'object': {'TYPE', 'REQUIRED', 'PROPERTIES'},
    'array': {'TYPE', 'ITEMS', 'maxItems'},
    'string': {'TYPE', 'maxLength', 'enum'},
    'integer': {'TYPE', 'MINIMUM', 'maximum'},
    'number': {'TYPE'},
    'boolean': {'TYPE'},
}
METHOD = {'DIRECTION', 'DESCRIPTION', 'PARAMS', 'result', 'event'}
INTERFACE = {'INTERFACE', 'DESCRIPTION', 'TYPES', 'METHODS'}


class Refused(Exception):
    pass


@dataclasses.dataclass
class Node:
    """A value. `form` is a key of FORMS; `name` is given to objects and enumerations, which become types."""
    form: str
    path: str
    description: str = ''
    name: str = ''
    object_only: bool = False  # of raw
    target: 'Node | None' = None  # of ref
    members: 'list[Member]' = dataclasses.field(default_factory=list)
    items: 'Node | None' = None
    values: list = dataclasses.field(default_factory=list)
    maximum: int | None = None  # of an integer, or of a length
    minimum: int = 0

    def resolved(self):
        return self.target if self.form == 'ref' else self


@dataclasses.dataclass
class Member:
    name: str
    node: Node
    required: bool


@dataclasses.dataclass
class Method:
    name: str
    direction: str
    description: str
    parts: dict  # 'params', 'result', 'event': Node; those that it has


@dataclasses.dataclass
class Interface:
    name: str  # of the file
    id: str
    description: str
    types: list
    methods: list
    inner: list  # every named type in an order in which each stands before its users


def refuse_unless(condition, path, text):
    if not condition:
        raise Refused(f'{path}: {text}')


def check_keys(value, keys, path):
    refuse_unless(isinstance(value, dict), path, 'is not an object')
    known = {key.lower() if key.isupper() else key for key in keys}
    for key in value:
        refuse_unless(key in known or key == 'description', path, f'"{key}" is not understood')
    for key in keys:
        refuse_unless(not key.isupper() or key.lower() in value, path, f'"{key.lower()}" is missing')


def form_of(value, path):
    refuse_unless(isinstance(value, dict), path, 'is not an object')
    if '$ref' in value:
        return 'ref'
    if 'raw' in value:
        refuse_unless(value['raw'] is True, path, '"raw" can only be true')
        refuse_unless(value.get('type', 'object') == 'object', path, 'raw can only have the type object')
        return 'raw'
    form = value.get('type')
    refuse_unless(form in FORMS, path, f'has no type of {", ".join(list(FORMS)[2:])}')
    return form


def limit_of(value, key, path):
    limit = value.get(key)
    refuse_unless(limit is None or (type(limit) is int and abs(limit) <= INTEGER_MAX), path, f'"{key}" is no limit')
    return limit


class Reader:
    """Reads one interface."""

    def __init__(self, types):
        self.types = types  # name: Node, filled as they are read
        self.inner = []

    def node(self, value, path, name):
        form = form_of(value, path)
        check_keys(value, FORMS[form], path)
        node = Node(form, path, value.get('description', ''))
        getattr(self, f'read_{form}', lambda *_: None)(node, value, name)
        return node

    def name(self, node, name):
        refuse_unless(name not in [other.name for other in self.inner], node.path, f'two types are named {name}')
        node.name = name
        self.inner.append(node)

    def read_ref(self, node, value, name):
        del name
        target = str(value['$ref']).removeprefix('#/types/')
        refuse_unless(target in self.types, node.path, f'there is no type {value["$ref"]} before it')
        node.target = self.types[target]

    def read_raw(self, node, value, name):
        del name
        node.object_only = 'type' in value

    def read_object(self, node, value, name):
        required = value['required']
        for key, member in value['properties'].items():
            refuse_unless(re.fullmatch(r'[a-z][a-zA-Z0-9]*', key), node.path, f'"{key}" is no camelCase name')
            read = self.node(member, f'{node.path}.{key}', name + key[0].upper() + key[1:])
            node.members.append(Member(key, read, key in required))
        for key in required:
            refuse_unless(key in value['properties'], node.path, f'"{key}" is required and not there')
        self.name(node, name)

    def read_array(self, node, value, name):
        node.items = self.node(value['items'], f'{node.path}[]', name)
        node.maximum = limit_of(value, 'maxItems', node.path)

    def read_string(self, node, value, name):
        node.maximum = limit_of(value, 'maxLength', node.path)
        node.values = value.get('enum', [])
        for text in node.values:
            refuse_unless(re.fullmatch(r'[a-z][a-zA-Z0-9]*', text), node.path, f'"{text}" is no camelCase name')
        if node.values:
            self.name(node, name)

    def read_integer(self, node, value, name):
        del name
        node.minimum = limit_of(value, 'minimum', node.path)
        node.maximum = limit_of(value, 'maximum', node.path)
        refuse_unless(node.minimum is not None and node.minimum >= 0, node.path, 'integers begin at 0 or above')


def type_name(text):
    """tool.call, http_route -> ToolCall, HttpRoute"""
    return ''.join(part[0].upper() + part[1:] for part in re.split(r'[._]', text))


def read_interface(name, value):
    path = f'{name}.json'
    check_keys(value, INTERFACE, path)
    refuse_unless(value['interface'] == f'chela.{name}/1', path, f'"interface" is not chela.{name}/1')
    types = {}
    reader = Reader(types)
    for key, node in value['types'].items():
        types[key] = reader.node(node, f'{path} {key}', type_name(name) + key)
    methods = []
    for key, method in value['methods'].items():
        where = f'{path} {key}'
        refuse_unless(re.fullmatch(r'[a-z][a-zA-Z]*\.[a-z][a-zA-Z]*', key), where, 'is no name of a method')
        check_keys(method, METHOD, where)
        refuse_unless(method['direction'] in DIRECTIONS, where, f'the direction is none of {", ".join(DIRECTIONS)}')
        refuse_unless('result' in method or 'event' not in method, where, 'a notification has no events')
        parts = {part: reader.node(method[part], f'{where} {part}', type_name(key) + type_name(part))
                 for part in ('params', 'result', 'event') if part in method}
        for part, node in parts.items():
            refuse_unless(node.resolved().form == 'object', f'{where} {part}', 'is not an object')
        methods.append(Method(key, method['direction'], method['description'], parts))
    return Interface(name, value['interface'], value['description'], list(types.values()), methods, reader.inner)


def without_duplicates(pairs):
    keys = [key for key, _ in pairs]
    refuse_unless(len(keys) == len(set(keys)), 'an object', f'one of {", ".join(keys)} stands twice')
    return dict(pairs)


def read(folder):
    interfaces = []
    for path in sorted(folder.glob('*.json')):
        try:
            value = json.loads(path.read_text(encoding='utf-8'), object_pairs_hook=without_duplicates)
        except ValueError as error:
            raise Refused(f'{path.name}: {error}') from error
        interfaces.append(read_interface(path.stem, value))
    refuse_unless(interfaces, str(folder), 'holds no interface')
    names = [node.name for interface in interfaces for node in interface.inner]
    methods = [method.name for interface in interfaces for method in interface.methods]
    for found in (names, methods):
        for name in found:
            refuse_unless(found.count(name) == 1, name, 'stands in two interfaces')
    return interfaces
