#!/usr/bin/env python3
"""Which source said what: a ledger in a JSON file, and whether a report keeps to it."""

import argparse
import datetime
import json
import os
import re
import sys
import tempfile
import urllib.parse

KINDS = ('primary', 'secondary', 'other')


def stop(message):
    print(f'ledger: {message}', file=sys.stderr)
    sys.exit(2)


def load(path):
    try:
        with open(path, encoding='utf-8') as file:
            found = json.load(file)
        if not isinstance(found.get('sources'), list) or not isinstance(found.get('notes'), list):
            raise ValueError('this is no ledger')
        return found
    except FileNotFoundError:
        return {'sources': [], 'notes': []}
    except (OSError, ValueError, AttributeError) as error:
        return stop(f'{path}: {error}')


def save(path, ledger):
    try:
        with tempfile.NamedTemporaryFile('w', encoding='utf-8', dir=os.path.dirname(os.path.abspath(path)), delete=False) as file:
            json.dump(ledger, file, ensure_ascii=False, indent=1)
        os.replace(file.name, path)
    except OSError as error:
        stop(f'{path}: {error.strerror}')


def same(url):
    parts = urllib.parse.urlsplit(url.strip())
    query = '&'.join(one for one in parts.query.split('&') if one and not one.startswith('utm_'))
    return (parts.hostname or '').removeprefix('www.') + parts.path.rstrip('/') + ('?' + query if query else '')


def add(arguments):
    ledger = load(arguments.file)
    if not re.match('https?://[^/]', arguments.url):
        stop('--url needs an http or https address')
    for number, known in enumerate(ledger['sources'], 1):
        if same(known['url']) == same(arguments.url):
            return print(f'[{number}] is known already')
    ledger['sources'].append({'url': arguments.url, 'title': arguments.title, 'date': arguments.date, 'kind': arguments.kind,
                              'read': datetime.date.today().isoformat()})
    save(arguments.file, ledger)
    print(f"[{len(ledger['sources'])}] {arguments.title}")


def note(arguments):
    ledger = load(arguments.file)
    if not 1 <= arguments.source <= len(ledger['sources']):
        stop(f"--source: there are sources 1 to {len(ledger['sources'])}; add it first")
    ledger['notes'].append({'source': arguments.source, 'claim': arguments.claim, 'quote': arguments.quote, 'against': arguments.against})
    save(arguments.file, ledger)
    print('noted')


def host(source):
    return (urllib.parse.urlsplit(source['url']).hostname or '').removeprefix('www.')


def show(arguments):
    ledger = load(arguments.file)
    if arguments.json:
        return print(json.dumps(ledger, ensure_ascii=False, indent=1))
    for number, source in enumerate(ledger['sources'], 1):
        print(f"[{number}] {source['kind']:<9} {source['date'] or 'no date':<10} {source['title']} - {source['url']}")
    claims = {}
    for one in ledger['notes']:
        claims.setdefault(one['claim'].strip(), []).append(one)
    for claim, notes in claims.items():
        behind = {one['source'] for one in notes if not one['against']}
        strong = any(ledger['sources'][number - 1]['kind'] == 'primary' for number in behind)
        hosts = {host(ledger['sources'][number - 1]) for number in behind}
        word = 'contradicted' if any(one['against'] for one in notes) else 'supported' if strong or len(hosts) > 1 else 'thin'
        print(f'\n{word}: {claim}')
        for one in notes:
            print(f"  {'against' if one['against'] else 'for'} [{one['source']}] \"{one['quote']}\"")


def cited(text):
    return [int(number) for group in re.findall(r'\[(\d+(?:\s*[,;]\s*\d+)*)\](?!\()', text) for number in re.split(r'\s*[,;]\s*', group)]


def check(arguments):
    ledger = load(arguments.file)
    try:
        with open(arguments.report, encoding='utf-8') as file:
            text = file.read()
    except OSError as error:
        stop(f'{arguments.report}: {error.strerror}')
    body = re.split(r'^#+\s*(?:sources|references)\b.*$', text, maxsplit=1, flags=re.IGNORECASE | re.MULTILINE)[0]
    numbers = set(cited(body))
    problems = [f'[{number}] is no source of the ledger' for number in sorted(numbers) if not 1 <= number <= len(ledger['sources'])]
    noted = {one['source'] for one in ledger['notes']}
    problems += [f'[{number}] is cited, and the ledger has no note of it' for number in sorted(numbers - noted)
                 if 1 <= number <= len(ledger['sources'])]
    unused = [number for number in range(1, len(ledger['sources']) + 1) if number not in numbers]
    for paragraph in re.split(r'\n\s*\n', body):
        words = paragraph.strip()
        if len(words.split()) >= 40 and not cited(words) and not re.match(r'[#>|`]', words):
            problems.append(f'no source in the paragraph "{" ".join(words.split()[:8])} …"')
    for problem in problems:
        print(problem)
    if unused:
        print('not cited: ' + ', '.join(f'[{number}]' for number in unused))
    if not problems:
        print('good: every claim leads to a source')
    return 1 if problems else 0


def sources(arguments):
    for number, source in enumerate(load(arguments.file)['sources'], 1):
        date = f", {source['date']}" if source['date'] else ''
        print(f"[{number}] {source['title']} ({host(source)}{date}). {source['url']} (read {source['read']})")


def parse_arguments():
    parser = argparse.ArgumentParser(description='Which source said what, and whether a report keeps to it.')
    commands = parser.add_subparsers(dest='command', required=True)

    def command(name, run, about):
        one = commands.add_parser(name, help=about)
        one.add_argument('--file', required=True, help='the ledger')
        one.set_defaults(run=run)
        return one

    one = command('add', add, 'a source')
    one.add_argument('--url', required=True)
    one.add_argument('--title', required=True)
    one.add_argument('--date', default='', help='when it was published')
    one.add_argument('--kind', choices=KINDS, default='secondary')
    one = command('note', note, 'what a source says')
    one.add_argument('--source', type=int, required=True)
    one.add_argument('--claim', required=True)
    one.add_argument('--quote', required=True, help='its own words')
    one.add_argument('--against', action='store_true', help='it contradicts the claim')
    command('list', show, 'sources and claims').add_argument('--json', action='store_true')
    command('check', check, 'whether a report keeps to the ledger').add_argument('report')
    command('sources', sources, 'the list for the end of a report')
    return parser.parse_args()


if __name__ == '__main__':
    given = parse_arguments()
    sys.exit(given.run(given) or 0)
