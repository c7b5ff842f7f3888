#!/usr/bin/env python3
"""Statistics and SQL over CSV, TSV, JSON, JSON Lines and SQLite files."""

import argparse
import csv
import io
import json
import math
import pathlib
import re
import sqlite3
import statistics
import sys
import time
import xml.sax.saxutils

BYTES_MAX = 512 << 20
SECONDS_MAX = 120
CELL_MAX = 60
BAR = 50
NUMBER = re.compile(r'[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][-+]?\d+)?')
DATE = re.compile(r'\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[-+]\d\d:?\d\d)?)?')


def stop(message):
    print(f'table: {message}', file=sys.stderr)
    sys.exit(2)


def value_of(text):
    """A number where the text is one; leading zeros mean a code, which stays text."""
    if text is None or isinstance(text, (int, float)) and not isinstance(text, bool):
        return text
    if isinstance(text, bool):
        return int(text)
    if isinstance(text, (dict, list)):
        return json.dumps(text, ensure_ascii=False)
    text = text.strip()
    if text == '':
        return None
    if NUMBER.fullmatch(text) and any(sign.isdigit() for sign in text) and not re.match(r'[-+]?0\d', text):
        plain = text.replace(',', '')
        number = float(plain)
        if not math.isfinite(number):
            return text
        return int(plain) if re.fullmatch(r'[-+]?\d{1,18}', plain) else number
    return text


def rows_of_csv(path):
    with open(path, encoding='utf-8-sig', errors='replace', newline='') as file:
        sample = file.read(65536)
        file.seek(0)
        try:
            dialect = csv.Sniffer().sniff(sample, '\t' if path.suffix == '.tsv' else ',;\t|')
        except csv.Error:
            dialect = csv.excel_tab if path.suffix == '.tsv' else csv.excel
        reader = csv.reader(file, dialect)
        head = next(reader, None)
        if head is None:
            stop(f'{path} is empty')
        return unique([one.strip() or f'column{i}' for i, one in enumerate(head, 1)]), [row for row in reader if row]


def rows_of_json(path):
    text = path.read_text(encoding='utf-8-sig', errors='replace')
    try:
        found = json.loads(text)
    except ValueError:
        try:
            found = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            stop(f'{path}: neither JSON nor JSON Lines: {error}')
    if isinstance(found, dict):
        found = next((one for one in found.values() if isinstance(one, list) and one and isinstance(one[0], dict)), [found])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        stop(f'{path}: a list of objects is needed')
    columns = list(dict.fromkeys(key for one in found for key in one))
    return columns, [[one.get(key) for key in columns] for one in found]


def unique(names):
    out = []
    for name in names:
        other, count = name, 1
        while other.lower() in (one.lower() for one in out):
            count += 1
            other = f'{name}_{count}'
        out.append(other)
    return out


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def table_name(path):
    name = re.sub(r'\W+', '_', path.stem).strip('_') or 'data'
    return f't_{name}' if name[0].isdigit() else name


def load(database, path, taken):
    if not path.is_file():
        stop(f'{path}: there is no such file')
    if path.stat().st_size > BYTES_MAX:
        stop(f'{path} is larger than {BYTES_MAX >> 20} MiB')
    name = table_name(path)
    while name.lower() in taken:
        name += '_'
    taken.add(name.lower())
    with open(path, 'rb') as file:
        is_sqlite = file.read(16) == b'SQLite format 3\0'
    if is_sqlite:
        database.execute(f'attach ? as {quoted(name)}', (f'file:{path.resolve()}?mode=ro',))
        return [f'{name}.{row[0]}' for row in database.execute(
            f"select name from {quoted(name)}.sqlite_master where type in ('table', 'view') and name not like 'sqlite_%' order by name")]
    columns, rows = rows_of_json(path) if path.suffix.lower() in ('.json', '.jsonl', '.ndjson') else rows_of_csv(path)
    columns = unique(columns)
    database.execute(f"create table {quoted(name)} ({', '.join(map(quoted, columns))})")
    width = len(columns)
    database.executemany(f"insert into {quoted(name)} values ({','.join('?' * width)})",
                         ([value_of(cell) for cell in (row + [None] * width)[:width]] for row in rows))
    return [name]


def open_files(paths):
    database = sqlite3.connect('file::memory:', uri=True, isolation_level=None)
    taken = {'main', 'temp'}
    tables = [table for path in paths for table in load(database, pathlib.Path(path), taken)]
    database.execute('pragma query_only = on')
    database.set_authorizer(lambda action, *_: sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_ATTACH else sqlite3.SQLITE_OK)
    end = time.monotonic() + SECONDS_MAX
    database.set_progress_handler(lambda: time.monotonic() > end, 100_000)
    return database, tables


def run(database, query):
    try:
        cursor = database.execute(query)
        if cursor.description is None:
            stop('only queries that yield rows')
        return [one[0] for one in cursor.description], cursor.fetchall()
    except (sqlite3.Error, sqlite3.Warning) as error:
        tables = [row[0] for row in database.execute("select name from sqlite_master where type = 'table'")]
        stop(f'{error}' + (f"; tables are {', '.join(tables)}" if 'no such table' in str(error) else ''))


def cell(value):
    text = '' if value is None else f'{value:.10g}' if isinstance(value, float) else str(value).replace('\n', ' ')
    return text if len(text) <= CELL_MAX else text[:CELL_MAX - 1] + '…'


def print_rows(columns, rows, form):
    if form == 'json':
        print(json.dumps([dict(zip(columns, row)) for row in rows], ensure_ascii=False, indent=1, default=str))
    elif form == 'csv':
        out = io.StringIO()
        csv.writer(out, lineterminator='\n').writerows([columns, *rows])
        print(out.getvalue(), end='')
    else:
        print('| ' + ' | '.join(columns) + ' |\n|' + ' --- |' * len(columns))
        for row in rows:
            print('| ' + ' | '.join(cell(one).replace('|', '\\|') for one in row) + ' |')


def kind_of(values):
    numbers = sum(isinstance(one, (int, float)) for one in values)
    if values and numbers == len(values):
        return 'number'
    if values and all(isinstance(one, str) and DATE.fullmatch(one) for one in values):
        return 'date'
    return f'mixed ({numbers} numbers)' if numbers else 'text'


def facts_of(values, rows):
    kind = kind_of(values)
    facts = {'type': kind, 'empty': rows - len(values), 'distinct': len(set(values))}
    if kind == 'number':
        quarters = statistics.quantiles(values, n=4) if len(values) > 1 else [values[0]] * 3
        facts.update(min=min(values), q1=quarters[0], median=quarters[1], q3=quarters[2], max=max(values), mean=statistics.fmean(values))
        spread = quarters[2] - quarters[0]
        facts['far_out'] = sum(one < quarters[0] - 3 * spread or one > quarters[2] + 3 * spread for one in values)
    elif values:
        counts = {}
        for one in values:
            counts[one] = counts.get(one, 0) + 1
        if kind == 'date':
            facts.update(min=min(values), max=max(values))
        common = sorted(counts.items(), key=lambda pair: -pair[1])[:3]
        facts['common'] = ', '.join(f'{cell(one)} ({count})' for one, count in common)
    return facts


def describe(arguments):
    database, tables = open_files(arguments.files)
    out = {}
    for table in tables:
        columns, rows = run(database, 'select * from ' + '.'.join(map(quoted, table.split('.', 1))))
        out[table] = {'rows': len(rows), 'doubles': len(rows) - len(set(rows)), 'columns': {
            name: facts_of([row[i] for row in rows if row[i] is not None], len(rows)) for i, name in enumerate(columns)}}
    if arguments.format == 'json':
        return print(json.dumps(out, ensure_ascii=False, indent=1, default=str))
    for table, facts in out.items():
        print(f"{table}: {facts['rows']} rows, {facts['doubles']} of them doubles")
        names = ('type', 'empty', 'distinct', 'min', 'q1', 'median', 'q3', 'max', 'mean', 'far_out', 'common')
        print_rows(['column', *names], [[name, *(one.get(key) for key in names)] for name, one in facts['columns'].items()], 'table')


def head(arguments):
    database, tables = open_files(arguments.files)
    for table in tables:
        print_rows(*run(database, f"select * from {'.'.join(map(quoted, table.split('.', 1)))} limit {int(arguments.rows)}"), arguments.format)


def sql(arguments):
    database, _ = open_files(arguments.files)
    columns, rows = run(database, arguments.query)
    print_rows(columns, rows[:arguments.rows], arguments.format)
    if len(rows) > arguments.rows:
        print(f'table: {len(rows) - arguments.rows} more rows; --rows shows them', file=sys.stderr)


def svg_of(rows, least, most):
    text = lambda x, y, words, anchor: (f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-family="sans-serif" font-size="12">'
                                        f'{xml.sax.saxutils.escape(words)}</text>')
    at = lambda value: 200 + 400 * (value - least) / ((most - least) or 1)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" width="700" height="{22 * len(rows) + 12}">']
    for i, (label, value) in enumerate(rows):
        left, right = sorted((at(0), at(value)))
        lines += [text(190, 22 * i + 20, cell(label), 'end'), text(right + 6, 22 * i + 20, cell(value), 'start'),
                  f'<rect x="{left:.1f}" y="{22 * i + 8}" width="{max(right - left, 1):.1f}" height="16" fill="#3b7ea1"/>']
    return '\n'.join([*lines, '</svg>\n'])


def chart(arguments):
    database, _ = open_files(arguments.files)
    columns, rows = run(database, arguments.query)
    if len(columns) != 2 or not all(isinstance(row[1], (int, float)) for row in rows) or not rows:
        stop('a chart needs a query with two columns, a label and a number, and at least one row')
    rows = rows[:arguments.rows]
    least, most = min(0, *(row[1] for row in rows)), max(0, *(row[1] for row in rows))
    if arguments.svg:
        pathlib.Path(arguments.svg).write_text(svg_of(rows, least, most), encoding='utf-8')
        return print(f'{arguments.svg}: {len(rows)} bars')
    width = max(len(cell(row[0])) for row in rows)
    for label, value in rows:
        print(f"{cell(label):<{width}}  {'█' * round(BAR * abs(value) / (max(most, -least) or 1))} {cell(value)}")


def parse_arguments():
    parser = argparse.ArgumentParser(description='Statistics and SQL over CSV, TSV, JSON, JSON Lines and SQLite files.')
    commands = parser.add_subparsers(dest='command', required=True)

    def add(name, run_it, about, query=False, rows=100):
        one = commands.add_parser(name, help=about)
        if query:
            one.add_argument('query')
        one.add_argument('files', nargs='+', metavar='FILE')
        one.add_argument('--rows', type=int, default=rows)
        one.add_argument('--format', choices=('table', 'csv', 'json'), default='table')
        one.set_defaults(run=run_it)
        return one

    add('describe', describe, 'what each column holds')
    add('head', head, 'the first rows', rows=10)
    add('sql', sql, 'a query in SQL', query=True)
    add('chart', chart, 'bars of a query with two columns', query=True, rows=40).add_argument('--svg', metavar='FILE')
    return parser.parse_args()


if __name__ == '__main__':
    given = parse_arguments()
    given.run(given)
