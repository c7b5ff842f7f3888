"""What is not written here, and what to write instead."""

import re

from . import rule
from .tree import CPP, HEADERS, line_of

KERNEL_AND_PLUGINS = ('kernel', 'plugins', 'plugin-sdk')


def _matches(tree, pattern, paths, say, source=None):
    pattern = re.compile(pattern)
    for path in paths:
        text = (source or tree.code)(path)
        for match in pattern.finditer(text):
            yield path, line_of(text, match.start()), say.format(match.group().strip())


@rule('only programs under tools/ and tests/, and a failed assertion, write to the console')
def console_output(tree):
    paths = (path for path in tree.select(*KERNEL_AND_PLUGINS, suffixes=CPP) if path != 'kernel/core/base/assert.cpp')
    return _matches(tree, r'\bstd::(?:cout|cerr|clog)\b|(?<![\w.>])(?:std::)?(?:printf|puts|vprintf)\s*\(|\bfprintf\s*\(',
                    paths, '{0}: log it, or hand it to the caller')


@rule('tests wait for what they wait for: no sleeps')
def sleep_in_test(tree):
    paths = (path for path in tree.select('tests', suffixes=CPP) if not path.startswith('tests/bad-plugins/'))
    yield from _matches(tree, r'\bthis_thread::sleep_\w+|(?<![\w.:>])(?:u|nano)?sleep\s*\(', paths,
                        '{0}: use FakeClock, or wait for the event')
    yield from _matches(tree, r'\btime\.sleep\b', tree.select('tests', suffixes=('.py',)),
                        '{0}: wait for the event', tree.text)
    yield from _matches(tree, r"\btimers/promises\b|\bsetTimeout\(\s*(?:resolve|done|r)\s*[,)]",
                        tree.select('tests', suffixes=('.mjs', '.js', '.ts')), '{0}: wait for the event', tree.text)


@rule('a header does not open namespaces for those who include it')
def using_namespace_in_header(tree):
    return _matches(tree, r'\busing\s+namespace\b', tree.select(suffixes=HEADERS), '{0}: name what you use')


@rule('no C function that writes without knowing the size')
def unbounded_write(tree):
    return _matches(tree, r'\b(?:v?sprintf|strcpy|strcat|gets|stpcpy)\s*\(', tree.select(suffixes=CPP),
                    '{0}...): use fmt or std::string')


_SMART = re.compile(r'(?:unique_ptr|shared_ptr)\s*<[^;{}]*[({]\s*$|\.reset\(\s*$')


@rule('memory belongs to a smart pointer; raw new and delete need a reason in exceptions.py')
def raw_memory(tree):
    pattern = re.compile(r'(?<!operator )\bnew\b(?!\s*[,;)>=])|(?<!operator )(?<!= )\bdelete\b(?!\s*[;,)])|'
                         r'(?<![\w.>])(?:malloc|calloc|realloc|free)\s*\(')
    for path in tree.select(*KERNEL_AND_PLUGINS, suffixes=('.cpp', '.hpp')):
        code = re.sub(r'^\s*#.*', lambda line: ' ' * len(line.group()), tree.code(path), flags=re.MULTILINE)
        for match in pattern.finditer(code):
            if not _SMART.search(code[max(0, match.start() - 200):match.start()]):
                yield path, line_of(code, match.start()), f'raw {match.group().strip(" (")}'


@rule('nothing is left for later in the text: it is done, or it is an issue')
def to_do(tree):
    marks = ('TO' 'DO', 'FIX' 'ME', 'XX' 'X', 'HA' 'CK')
    paths = (path for path in tree.files if not path.endswith(('.json', '.svg', '.lock')))
    return _matches(tree, r'\b(?:' + '|'.join(marks) + r')\b', paths, '{0}: do it, or write an issue', tree.text)


@rule('threads are started in kernel/core/loop and kernel/core/store, and by what tests plugins')
def thread_start(tree):
    allowed = ('kernel/core/loop/', 'kernel/core/store/', 'plugin-sdk/testing/', 'plugin-sdk/conformance/')
    paths = (path for path in tree.select(*KERNEL_AND_PLUGINS, suffixes=CPP) if not path.startswith(allowed))
    return _matches(tree, r'\bstd::(?:thread(?!::id)|jthread|async)\b|\bpthread_create\b|\buv_thread_create\b', paths,
                    '{0}: use the worker pool (run_blocking)')


@rule('the environment is read in platform and config, and handed on as values')
def environment(tree):
    allowed = ('kernel/core/platform/', 'kernel/core/config/')
    paths = (path for path in tree.select(*KERNEL_AND_PLUGINS, suffixes=CPP) if not path.startswith(allowed))
    return _matches(tree, r'\b(?:secure_)?getenv\b|\bsetenv\b|\bputenv\b|(?<!\w)environ\b', paths,
                    '{0}: take it as a parameter')


@rule('nlohmann only as json_fwd.hpp in headers; Beast, curl, Poco and Boost only in .cpp files')
def heavy_include(tree):
    return _matches(tree, r'#\s*include\s*<(?:nlohmann/(?!json_fwd\.hpp)|boost/|curl/|Poco/|valijson/|simdjson)[^>]*>',
                    tree.select('kernel', 'plugins', suffixes=HEADERS), '{0}: move it into the .cpp', tree.text)
