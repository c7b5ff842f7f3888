#!/usr/bin/env python3
"""Searches the web and reads pages through the Tavily API. The key is read from TAVILY_API_KEY."""

import argparse
import json
import os
import sys
import urllib.error
import urllib.request

BASE = os.environ.get('TAVILY_URL', 'https://api.tavily.com')
TIMEOUT_S = 60
ANSWER_BYTES_MAX = 16 << 20
URLS_MAX = 20


def stop(code, message):
    print(f'tavily: {message}', file=sys.stderr)
    sys.exit(code)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The key goes to the service and to nobody that it points to."""

    def redirect_request(self, *_):
        return None


def reason_of(error):
    try:
        answer = json.loads(error.read(65536))
        detail = answer.get('detail', answer)
        return detail.get('error', str(detail)) if isinstance(detail, dict) else str(detail)
    except (ValueError, AttributeError):
        return error.reason


def post(path, body):
    key = os.environ.get('TAVILY_API_KEY', '').strip()
    if not key:
        stop(2, 'TAVILY_API_KEY is not set; put the key into the settings of this skill')
    request = urllib.request.Request(BASE + path, data=json.dumps(body).encode(), method='POST', headers={
        'Authorization': f'Bearer {key}', 'Content-Type': 'application/json', 'Accept': 'application/json'})
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=TIMEOUT_S) as answer:
            return json.loads(answer.read(ANSWER_BYTES_MAX))
    except urllib.error.HTTPError as error:
        stop(1, f'the service answered {error.code}: {reason_of(error)}')
    except (OSError, ValueError) as error:
        stop(1, f'no usable answer: {error}')


def search(arguments):
    body = {'query': arguments.query, 'max_results': arguments.results, 'search_depth': arguments.depth,
            'topic': arguments.topic, 'include_answer': arguments.answer, 'include_raw_content': arguments.raw}
    if arguments.time:
        body['time_range'] = arguments.time
    if arguments.include:
        body['include_domains'] = arguments.include
    if arguments.exclude:
        body['exclude_domains'] = arguments.exclude
    found = post('/search', body)
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    if found.get('answer'):
        print(f"Answer: {found['answer']}\n")
    for number, result in enumerate(found.get('results', []), 1):
        date = f" ({result['published_date']})" if result.get('published_date') else ''
        print(f"{number}. {result.get('title', '')}{date}\n   {result.get('url', '')}\n   {result.get('content', '').strip()}")
        if result.get('raw_content'):
            print(f"\n{result['raw_content'].strip()}\n")
    if not found.get('results'):
        print('Nothing was found; try other words.')


def extract(arguments):
    if len(arguments.urls) > URLS_MAX:
        stop(2, f'at most {URLS_MAX} addresses at once')
    found = post('/extract', {'urls': arguments.urls, 'extract_depth': arguments.depth, 'format': arguments.format})
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for page in found.get('results', []):
        print(f"# {page.get('url', '')}\n\n{(page.get('raw_content') or '').strip()}\n")
    for page in found.get('failed_results', []):
        print(f"tavily: {page.get('url', '')}: {page.get('error', 'not read')}", file=sys.stderr)


def parse_arguments():
    parser = argparse.ArgumentParser(description='Web search and page extraction through Tavily.')
    commands = parser.add_subparsers(dest='command', required=True)
    one = commands.add_parser('search', help='finds pages')
    one.add_argument('query')
    one.add_argument('--results', type=int, default=5, choices=range(1, 21), metavar='1-20')
    one.add_argument('--depth', choices=('basic', 'advanced'), default='basic')
    one.add_argument('--topic', choices=('general', 'news', 'finance'), default='general')
    one.add_argument('--time', choices=('day', 'week', 'month', 'year'))
    one.add_argument('--include', action='append', metavar='DOMAIN')
    one.add_argument('--exclude', action='append', metavar='DOMAIN')
    one.add_argument('--answer', action='store_true', help='with a summary by the service')
    one.add_argument('--raw', action='store_true', help='with the text of each page')
    one.add_argument('--json', action='store_true')
    one.set_defaults(run=search)
    two = commands.add_parser('extract', help='reads pages')
    two.add_argument('urls', nargs='+', metavar='URL')
    two.add_argument('--depth', choices=('basic', 'advanced'), default='basic')
    two.add_argument('--format', choices=('markdown', 'text'), default='markdown')
    two.add_argument('--json', action='store_true')
    two.set_defaults(run=extract)
    return parser.parse_args()


if __name__ == '__main__':
    given = parse_arguments()
    given.run(given)
