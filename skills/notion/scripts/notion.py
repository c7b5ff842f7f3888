#!/usr/bin/env python3
"""Pages and databases of Notion from the command line. The key is read from NOTION_API_KEY."""

import argparse
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.dont_write_bytecode = True
from notion_text import blocks_of, markdown_of, plain  # noqa: E402
from notion_values import filter_of, property_of, shown  # noqa: E402

BASE = os.environ.get('NOTION_URL', 'https://api.notion.com')
VERSION = '2022-06-28'  # the version whose databases are queried directly
TIMEOUT_S = 60
ANSWER_BYTES_MAX = 16 << 20
TRIES = 3
BLOCKS_AT_ONCE = 100
DEPTH_MAX = 4


def stop(code, message):
    print(f'notion: {message}', file=sys.stderr)
    sys.exit(code)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The key goes to the service and to nobody that it points to."""

    def redirect_request(self, *_):
        return None


def call(method, path, body=None):
    key = os.environ.get('NOTION_API_KEY', '').strip()
    if not key:
        stop(2, 'NOTION_API_KEY is not set; put the key into the settings of this skill')
    headers = {'Authorization': f'Bearer {key}', 'Notion-Version': VERSION, 'Content-Type': 'application/json'}
    data = None if body is None else json.dumps(body).encode()
    for attempt in range(TRIES):
        request = urllib.request.Request(BASE + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.build_opener(NoRedirect).open(request, timeout=TIMEOUT_S) as answer:
                return json.loads(answer.read(ANSWER_BYTES_MAX))
        except urllib.error.HTTPError as error:
            if error.code == 429 and attempt + 1 < TRIES:
                time.sleep(min(float(error.headers.get('Retry-After') or 1), 30))
                continue
            try:
                reason = json.loads(error.read(65536)).get('message', error.reason)
            except ValueError:
                reason = error.reason
            stop(1, f'the service answered {error.code}: {reason}')
        except (OSError, ValueError) as error:
            stop(1, f'no usable answer: {error}')


def id_of(text):
    """The id in an address or as it stands: 32 hexadecimal digits, with or without hyphens."""
    path = text.partition('?')[0].partition('#')[0].rstrip('/')
    found = re.search(r'[0-9a-fA-F]{32}$', path.replace('-', ''))  # behind the title, which may end in such letters, too
    if not found:
        stop(2, f'"{text}" holds no id: copy the address of the page or database from the browser')
    return found[0].lower()


def all_results(method, path, body=None, limit=1000):
    out, cursor = [], None
    while len(out) < limit:
        size = min(100, limit - len(out))
        if method == 'GET':
            answer = call('GET', f'{path}?page_size={size}' + (f'&start_cursor={cursor}' if cursor else ''))
        else:
            answer = call('POST', path, {**(body or {}), 'page_size': size, **({'start_cursor': cursor} if cursor else {})})
        out += answer.get('results', [])
        cursor = answer.get('next_cursor')
        if not answer.get('has_more') or not cursor:
            break
    return out


def title_of(thing):
    if thing.get('object') == 'database':
        return plain(thing.get('title', []))
    titles = [value for value in thing.get('properties', {}).values() if value.get('type') == 'title']
    return plain(titles[0]['title']) if titles else ''


def print_json(value):
    print(json.dumps(value, ensure_ascii=False, indent=1))


def search(arguments):
    body = {'query': arguments.query}
    if arguments.kind:
        body['filter'] = {'property': 'object', 'value': arguments.kind}
    found = all_results('POST', '/v1/search', body, arguments.limit)
    if arguments.json:
        return print_json(found)
    for thing in found:
        print(f"{thing.get('object')}\t{thing['id']}\t{title_of(thing) or '(no title)'}\t{thing.get('url', '')}")
    if not found:
        print('Nothing was found among what is shared with the integration.')


def children(block, depth=0):
    found = all_results('GET', f'/v1/blocks/{block}/children')
    for one in found:
        if one.get('has_children') and depth < DEPTH_MAX and one.get('type') not in ('child_page', 'child_database'):
            one['children'] = children(one['id'], depth + 1)
    return found


def read(arguments):
    page = call('GET', f'/v1/pages/{id_of(arguments.page)}')
    blocks = children(page['id'])
    if arguments.json:
        return print_json({'page': page, 'blocks': blocks})
    print(f'# {title_of(page)}\n')
    rows = [f'- {name}: {shown(value)}' for name, value in page.get('properties', {}).items()
            if value.get('type') != 'title' and shown(value)]
    print('\n'.join(rows) + ('\n' if rows else ''))
    print(markdown_of(blocks))


def text_in(path):
    if not path:
        return ''
    try:
        if path == '-':
            return sys.stdin.read()
        with open(path, encoding='utf-8') as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        stop(2, f'{path}: {error}')


def columns_of(database):
    return {name: one['type'] for name, one in call('GET', f'/v1/databases/{database}').get('properties', {}).items()}


def values_of(pairs, types):
    out = {}
    for pair in pairs or []:
        name, equals, text = pair.partition('=')
        if not equals or name not in types:
            stop(2, f'"{pair}": write NAME=VALUE with one of {", ".join(sorted(types))}')
        try:
            out[name] = property_of(types[name], text)
        except ValueError as error:
            stop(2, f'{name}: {error}')
    return out


def create(arguments):
    parent = id_of(arguments.parent)
    properties = {}
    title = 'title'
    if arguments.in_database:
        types = columns_of(parent)
        title = next((name for name, kind in types.items() if kind == 'title'), 'title')
        properties = values_of(arguments.set, types)
    elif arguments.set:
        stop(2, '--set needs --in-database')
    properties[title] = property_of('title', arguments.title)
    blocks = blocks_of(text_in(arguments.text))
    page = call('POST', '/v1/pages', {
        'parent': {'database_id' if arguments.in_database else 'page_id': parent}, 'properties': properties,
        'children': blocks[:BLOCKS_AT_ONCE]})
    append_blocks(page['id'], blocks[BLOCKS_AT_ONCE:])
    print_json(page) if arguments.json else print(f"created\t{page['id']}\t{page.get('url', '')}")


def append_blocks(page, blocks):
    for start in range(0, len(blocks), BLOCKS_AT_ONCE):
        call('PATCH', f'/v1/blocks/{page}/children', {'children': blocks[start:start + BLOCKS_AT_ONCE]})


def append(arguments):
    blocks = blocks_of(text_in(arguments.text))
    if not blocks:
        stop(2, 'there is no text to append')
    append_blocks(id_of(arguments.page), blocks)
    print(f'appended {len(blocks)} blocks')


def query(arguments):
    database = id_of(arguments.database)
    body = {}
    if arguments.where:
        types = columns_of(database)
        conditions = []
        for pair in arguments.where:
            name, equals, text = pair.partition('=')
            if not equals or name not in types:
                stop(2, f'"{pair}": write NAME=VALUE with one of {", ".join(sorted(types))}')
            try:
                conditions.append({'property': name, **filter_of(types[name], text)})
            except ValueError as error:
                stop(2, f'{name}: {error}')
        body['filter'] = conditions[0] if len(conditions) == 1 else {'and': conditions}
    if arguments.sort:
        body['sorts'] = [{'property': arguments.sort, 'direction': 'descending' if arguments.descending else 'ascending'}]
    rows = all_results('POST', f'/v1/databases/{database}/query', body, arguments.limit)
    if arguments.json:
        return print_json(rows)
    for row in rows:
        values = [f'{name}={shown(value)}' for name, value in row.get('properties', {}).items()
                  if value.get('type') != 'title' and shown(value)]
        print('\t'.join([row['id'], title_of(row) or '(no title)', *values]))
    print(f'{len(rows)} rows', file=sys.stderr)


def columns(arguments):
    for name, kind in sorted(columns_of(id_of(arguments.database)).items()):
        print(f'{kind}\t{name}')


def set_values(arguments):
    page = id_of(arguments.page)
    types = {name: one['type'] for name, one in call('GET', f'/v1/pages/{page}').get('properties', {}).items()}
    call('PATCH', f'/v1/pages/{page}', {'properties': values_of(arguments.values, types)})
    print('changed ' + ', '.join(pair.partition('=')[0] for pair in arguments.values))


def parse_arguments():
    parser = argparse.ArgumentParser(description='Pages and databases of Notion.')
    commands = parser.add_subparsers(dest='command', required=True)

    def add(name, run, about, *positional):
        one = commands.add_parser(name, help=about)
        for argument in positional:
            one.add_argument(argument)
        one.add_argument('--json', action='store_true', help="the API's own answer")
        one.set_defaults(run=run)
        return one

    one = add('search', search, 'finds pages and databases by title', 'query')
    one.add_argument('--kind', choices=('page', 'database'))
    one.add_argument('--limit', type=int, default=20)
    add('read', read, 'a page as Markdown', 'page')
    one = add('create', create, 'a new page', 'parent', 'title')
    one.add_argument('--in-database', action='store_true', help='PARENT is a database')
    one.add_argument('--set', action='append', metavar='NAME=VALUE')
    one.add_argument('--text', help='file with Markdown; "-" is standard input')
    one = add('append', append, 'adds text at the end of a page', 'page')
    one.add_argument('--text', required=True, help='file with Markdown; "-" is standard input')
    one = add('query', query, 'rows of a database', 'database')
    one.add_argument('--where', action='append', metavar='NAME=VALUE')
    one.add_argument('--sort', help='a property')
    one.add_argument('--descending', action='store_true')
    one.add_argument('--limit', type=int, default=100)
    add('columns', columns, 'properties of a database', 'database')
    one = add('set', set_values, 'changes properties of a page', 'page')
    one.add_argument('values', nargs='+', metavar='NAME=VALUE')
    return parser.parse_args()


if __name__ == '__main__':
    given = parse_arguments()
    given.run(given)
