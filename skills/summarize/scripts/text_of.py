#!/usr/bin/env python3
"""Plain text of a file or a web page, in numbered parts."""

import argparse
import html.parser
import io
import ipaddress
import os
import re
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree
import zipfile

BYTES_MAX = 64 << 20
ENTRY_BYTES_MAX = 32 << 20
TIMEOUT_S = 30
BLOCKS = {'p', 'div', 'li', 'tr', 'br', 'section', 'article', 'blockquote', 'pre', 'dd', 'dt', 'figcaption', 'table', 'ul', 'ol'}
SILENT = {'script', 'style', 'noscript', 'template', 'svg', 'nav', 'footer', 'form', 'head', 'aside'}
WORD = '{http://schemas.openxmlformats.org/wordprocessingml/2006/main}'


def stop(code, message):
    print(f'text_of: {message}', file=sys.stderr)
    sys.exit(code)


class Page(html.parser.HTMLParser):
    """Text and headings of HTML; what is no content is left out."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.out, self.silent, self.title, self.in_title = [], [], '', False

    def handle_starttag(self, tag, attrs):
        if tag == 'title':
            self.in_title = True
        elif tag in SILENT:
            self.silent.append(tag)
        elif re.fullmatch('h[1-6]', tag):
            self.out.append('\n\n' + '#' * int(tag[1]) + ' ')
        elif tag == 'li':
            self.out.append('\n- ')
        elif tag in BLOCKS:
            self.out.append('\n')

    def handle_endtag(self, tag):
        if tag == 'title':
            self.in_title = False
        elif tag in self.silent:
            while self.silent.pop() != tag:
                pass
        elif tag in BLOCKS or re.fullmatch('h[1-6]', tag):
            self.out.append('\n')

    def handle_data(self, data):
        if self.in_title:
            self.title += data
        elif not self.silent:
            self.out.append(re.sub(r'\s+', ' ', data))

    def text(self):
        body = ''.join(self.out)
        title = ' '.join(self.title.split())
        return f'# {title}\n\n{body}' if title and title not in body else body


def text_of_html(data, charset='utf-8'):
    page = Page()
    page.feed(decoded(data, charset))
    page.close()
    return page.text()


def decoded(data, charset='utf-8'):
    for name in ('utf-8-sig', charset, 'cp1252'):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode('utf-8', 'replace')


def entry(archive, name):
    info = archive.getinfo(name)
    if info.file_size > ENTRY_BYTES_MAX:
        stop(1, f'{name} in the document is larger than {ENTRY_BYTES_MAX >> 20} MiB')
    return archive.read(info)


def xml_of(data):
    if b'<!DOCTYPE' in data[:4096] or b'<!ENTITY' in data:
        stop(1, 'the document declares entities, which is refused')
    return xml.etree.ElementTree.fromstring(data)


def text_of_docx(data):
    lines = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for paragraph in xml_of(entry(archive, 'word/document.xml')).iter(WORD + 'p'):
            style = paragraph.find(f'{WORD}pPr/{WORD}pStyle')
            level = re.fullmatch(r'[Hh]eading ?([1-6])', style.get(WORD + 'val', '') if style is not None else '')
            text = ''.join(node.text or '' if node.tag == WORD + 't' else '\t' for node in paragraph.iter()
                           if node.tag in (WORD + 't', WORD + 'tab'))
            lines.append(('#' * int(level[1]) + ' ' if level else '') + text)
    return '\n'.join(lines)


def text_of_epub(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        container = xml_of(entry(archive, 'META-INF/container.xml'))
        root = next(node.get('full-path') for node in container.iter() if node.tag.endswith('rootfile'))
        package = xml_of(entry(archive, root))
        files = {node.get('id'): node.get('href') for node in package.iter() if node.tag.endswith('}item')}
        order = [files[node.get('idref')] for node in package.iter() if node.tag.endswith('}itemref') and node.get('idref') in files]
        paths = [os.path.normpath(os.path.join(os.path.dirname(root), urllib.parse.unquote(one))) for one in order]
        return '\n\n'.join(text_of_html(entry(archive, path)) for path in paths)


def text_of_subtitles(data):
    lines = []
    for line in decoded(data).splitlines():
        start = re.match(r'(?:(\d+):)?(\d\d):(\d\d)[.,]\d{3} --> ', line)
        if start:
            minute = int(start[1] or 0) * 60 + int(start[2])
            if minute % 5 == 0 and f'[{minute} min]' not in lines:
                lines.append(f'[{minute} min]')
            continue
        text = re.sub(r'<[^>]*>', '', line).strip()
        if text and not text.isdigit() and not text.startswith(('WEBVTT', 'NOTE', 'STYLE')) and (not lines or lines[-1] != text):
            lines.append(text)
    return '\n'.join(lines)


def text_of_pdf(data):
    if not shutil.which('pdftotext'):
        stop(1, 'PDF needs the program pdftotext (Debian: poppler-utils, Homebrew: poppler)')
    done = subprocess.run(['pdftotext', '-layout', '-enc', 'UTF-8', '-', '-'], input=data, capture_output=True, timeout=120, check=False)
    if done.returncode:
        stop(1, f'pdftotext: {done.stderr.decode(errors="replace").strip()}')
    return done.stdout.decode('utf-8', 'replace').replace('\f', '\n\n')


def text_of(data, name, kind, charset='utf-8'):
    suffix = os.path.splitext(name)[1].lower()
    if data[:5] == b'%PDF-':
        return text_of_pdf(data)
    if data[:2] == b'PK':
        return text_of_epub(data) if suffix == '.epub' or b'application/epub+zip' in data[:200] else text_of_docx(data)
    if suffix in ('.srt', '.vtt'):
        return text_of_subtitles(data)
    if 'html' in kind or suffix in ('.html', '.htm', '.xhtml') or re.match(rb'\s*<(!doctype html|html)', data[:200], re.IGNORECASE):
        return text_of_html(data, charset)
    if b'\0' in data[:4096]:
        stop(1, 'this is no text and no document of a known kind')
    return decoded(data, charset)


def check_address(url):
    """Addresses come from conversations: what only this machine or its network reaches is read when it was asked for."""
    host = urllib.parse.urlsplit(url).hostname or ''
    try:
        found = {ipaddress.ip_address(one[4][0].partition('%')[0]) for one in socket.getaddrinfo(host, None)}
    except (OSError, ValueError) as error:
        stop(1, f'{host}: {error}')
    if any(not address.is_global for address in found):
        stop(2, f'{host} is on this machine or its network; --local allows that')


class CheckedRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req, fp, code, msg, headers, newurl):
        check_address(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetched(url, is_local):
    if not is_local:
        check_address(url)
    opener = urllib.request.build_opener(*([] if is_local else [CheckedRedirects]))
    request = urllib.request.Request(url, headers={'User-Agent': 'Mozilla/5.0 (compatible; chela-skill-summarize)', 'Accept': 'text/html,*/*'})
    try:
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            data = answer.read(BYTES_MAX + 1)
            kind, charset = answer.headers.get_content_type(), answer.headers.get_content_charset() or 'utf-8'
    except urllib.error.HTTPError as error:
        stop(1, f'{url} answered {error.code} {error.reason}')
    except OSError as error:
        stop(1, f'{url}: {error}')
    return data, urllib.parse.urlsplit(url).path, kind, charset


def read(source, is_local):
    if re.match('https?://', source):
        return fetched(source, is_local)
    try:
        with (sys.stdin.buffer if source == '-' else open(source, 'rb')) as file:
            return file.read(BYTES_MAX + 1), source, '', 'utf-8'
    except OSError as error:
        return stop(2, f'{source}: {error.strerror}')


def parts_of(text, size):
    """Cut at ends of paragraphs, else of lines, else anywhere."""
    parts = []
    while len(text) > size:
        cut = max(text.rfind('\n\n', size // 2, size), 0) or max(text.rfind('\n', size // 2, size), 0) or size
        parts.append(text[:cut].strip())
        text = text[cut:].lstrip('\n')
    return [*parts, text.strip()]


def main():
    parser = argparse.ArgumentParser(description='Plain text of a file or a web page, in numbered parts.')
    parser.add_argument('source', help='a file, an http(s) address, or "-" for standard input')
    parser.add_argument('--part', type=int, help='which part; without it an overview and the first')
    parser.add_argument('--size', type=int, default=12000, help='characters of a part (12000)')
    parser.add_argument('--all', action='store_true', help='all of it')
    parser.add_argument('--local', action='store_true', help='also addresses of this machine and its network')
    arguments = parser.parse_args()
    data, name, kind, charset = read(arguments.source, arguments.local)
    if len(data) > BYTES_MAX:
        stop(1, f'larger than {BYTES_MAX >> 20} MiB')
    try:
        text = text_of(data, name, kind, charset)
    except (zipfile.BadZipFile, KeyError, StopIteration, xml.etree.ElementTree.ParseError, subprocess.TimeoutExpired) as error:
        return stop(1, f'not readable as a document: {error}')
    text = re.sub(r'[ \t]+\n', '\n', re.sub(r'\n{3,}', '\n\n', text.replace('\r\n', '\n'))).strip()
    if not text:
        stop(1, 'there is no text in it')
    parts = parts_of(text, max(arguments.size, 500))
    if arguments.all:
        return print(text)
    if arguments.part is not None and not 1 <= arguments.part <= len(parts):
        stop(2, f'there are parts 1 to {len(parts)}')
    if arguments.part is None:
        print(f'[{len(text)} characters, {len(text.split())} words, {len(parts)} parts]')
        headings = re.findall(r'^#{1,4} .+$', text, re.MULTILINE)[:60]
        print('\n'.join(['[headings]', *headings, '']) if headings else '')
    number = arguments.part or 1
    print(f'[part {number} of {len(parts)}]\n{parts[number - 1]}')


if __name__ == '__main__':
    main()
