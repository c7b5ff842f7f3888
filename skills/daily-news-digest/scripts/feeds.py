#!/usr/bin/env python3
"""The latest entries of RSS and Atom feeds, the newest first, each story once."""

import argparse
import concurrent.futures
import datetime
import email.utils
import html
import json
import os
import re
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree

TIMEOUT_S = 20
FEED_BYTES_MAX = 8 << 20
ENTRIES_MAX = 500  # of one feed
SEEN_MAX = 5000
TEXT_MAX = 400


def stop(code, message):
    print(f'feeds: {message}', file=sys.stderr)
    sys.exit(code)


def plain(text, limit=TEXT_MAX):
    text = re.sub(r'(?i)<(?:br|/?(?:p|div|li|ul|ol|h[1-6]|tr|td|blockquote))\b[^>]*>', ' ', html.unescape(text or ''))
    text = ' '.join(html.unescape(re.sub(r'<[^>]*>', '', text)).split())
    return text if len(text) <= limit else text[:limit].rsplit(' ', 1)[0] + ' …'


def time_of(text):
    """Of RFC 822 or ISO 8601, in UTC; None: there is none that can be read."""
    text = (text or '').strip()
    try:
        found = datetime.datetime.fromisoformat(text.replace('Z', '+00:00'))
    except ValueError:
        try:
            found = email.utils.parsedate_to_datetime(text)
        except (TypeError, ValueError, IndexError):
            return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=datetime.timezone.utc)
    return found.astimezone(datetime.timezone.utc)


def local(node):
    return node.tag.rpartition('}')[2].lower() if isinstance(node.tag, str) else ''


def first(entry, *names):
    for name in names:
        for node in entry:
            if local(node) == name and (node.text or '').strip():
                return ''.join(node.itertext())
    return ''


def link_of(entry, base):
    links = [node for node in entry if local(node) == 'link']
    for node in links:
        if node.get('href') and node.get('rel', 'alternate') == 'alternate':
            return urllib.parse.urljoin(base, node.get('href'))
    for node in links:
        if (node.text or '').strip():
            return urllib.parse.urljoin(base, node.text.strip())
    guid = next((node for node in entry if local(node) == 'guid' and node.get('isPermaLink') != 'false'), None)
    return (guid.text or '').strip() if guid is not None else ''


def entries_of(data, url):
    if re.search(rb'<!ENTITY', data[:65536]):
        raise ValueError('it declares entities, which is refused')
    root = xml.etree.ElementTree.fromstring(data)
    channel = next((node for node in root if local(node) == 'channel'), root)
    source = plain(first(channel, 'title'), 80) or urllib.parse.urlsplit(url).hostname
    found = [node for node in root.iter() if local(node) in ('item', 'entry')][:ENTRIES_MAX]
    if not found and local(root) not in ('rss', 'feed', 'rdf'):
        raise ValueError('this is no feed')
    for entry in found:
        time = time_of(first(entry, 'published', 'pubdate', 'updated', 'date'))
        link = link_of(entry, url)
        yield {'title': plain(first(entry, 'title'), 200) or '(no title)', 'link': link if re.match('https?://', link) else '',
               'source': source, 'time': time.isoformat(timespec='minutes') if time else None,
               'text': plain(first(entry, 'description', 'summary', 'encoded', 'content'))}


def read(url):
    if not re.match('https?://', url):
        raise ValueError('only http and https addresses are read')
    request = urllib.request.Request(url, headers={'User-Agent': 'chela-skill-feeds', 'Accept': 'application/rss+xml, application/atom+xml, */*;q=0.5'})
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
        data = answer.read(FEED_BYTES_MAX + 1)
    if len(data) > FEED_BYTES_MAX:
        raise ValueError(f'it is larger than {FEED_BYTES_MAX >> 20} MiB')
    return list(entries_of(data, url))


def key_of(entry):
    """Two entries with the same words in the title, or the same address without its query, are one story."""
    return ' '.join(re.findall(r'\w+', entry['title'].lower()))


def without_doubles(entries):
    out, titles, links = [], {}, {}
    for entry in entries:
        link = entry['link'].partition('?')[0].partition('#')[0].rstrip('/')
        known = titles.get(key_of(entry)) or (links.get(link) if link else None)
        if known:
            if entry['link'] and entry['source'] != known['source']:
                known.setdefault('also', []).append({'source': entry['source'], 'link': entry['link']})
            continue
        titles[key_of(entry)] = entry
        if link:
            links[link] = entry
        out.append(entry)
    return out


def load_seen(path):
    try:
        with open(path, encoding='utf-8') as file:
            return list(json.load(file))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        return stop(2, f'{path}: {error}')


def save_seen(path, keys):
    folder = os.path.dirname(os.path.abspath(path))
    with tempfile.NamedTemporaryFile('w', encoding='utf-8', dir=folder, delete=False) as file:
        json.dump(keys[-SEEN_MAX:], file, ensure_ascii=False)
    os.replace(file.name, path)


def sources_of(arguments):
    urls = list(arguments.urls)
    if arguments.list:
        try:
            with open(arguments.list, encoding='utf-8') as file:
                urls += [line.split()[0] for line in file if line.strip() and not line.lstrip().startswith('#')]
        except OSError as error:
            stop(2, f'{arguments.list}: {error.strerror}')
    if not urls:
        stop(2, 'name at least one feed, or a file with --list')
    return list(dict.fromkeys(urls))


def parse_arguments():
    parser = argparse.ArgumentParser(description='The latest entries of RSS and Atom feeds.')
    parser.add_argument('urls', nargs='*', metavar='URL')
    parser.add_argument('--list', help='a file with one address a line')
    parser.add_argument('--hours', type=float, default=24, help='how far back (24); entries without a time are shown always')
    parser.add_argument('--limit', type=int, default=40, help='entries in all (40)')
    parser.add_argument('--match', help='only titles and texts with this regular expression')
    parser.add_argument('--seen', help='a file that remembers what was shown; those are left out')
    parser.add_argument('--json', action='store_true')
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    urls = sources_of(arguments)
    try:
        wanted = re.compile(arguments.match or '', re.IGNORECASE)
    except re.error as error:
        stop(2, f'--match: {error}')
    entries, failed = [], 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=8) as pool:
        for url, job in [(url, pool.submit(read, url)) for url in urls]:
            try:
                entries += job.result()
            except (OSError, ValueError, xml.etree.ElementTree.ParseError) as error:
                failed += 1
                print(f'feeds: {url}: {error}', file=sys.stderr)
    since = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=arguments.hours)).isoformat()
    entries = [one for one in entries if (one['time'] is None or one['time'] >= since) and wanted.search(one['title'] + ' ' + one['text'])]
    entries = without_doubles(sorted(entries, key=lambda one: one['time'] or '', reverse=True))
    seen = load_seen(arguments.seen) if arguments.seen else []
    entries = [one for one in entries if key_of(one) not in set(seen)][:arguments.limit]
    if arguments.json:
        print(json.dumps(entries, ensure_ascii=False, indent=1))
    else:
        for one in entries:
            others = ''.join(f"\n  also {also['source']}: {also['link']}" for also in one.get('also', []))
            print(f"- {one['title']}\n  {one['source']}, {one['time'] or 'no time given'}\n  {one['link']}{others}\n  {one['text']}")
        if not entries:
            print('Nothing new.')
    if arguments.seen:
        save_seen(arguments.seen, seen + [key_of(one) for one in entries])
    return 1 if failed == len(urls) else 0


if __name__ == '__main__':
    sys.exit(main())
