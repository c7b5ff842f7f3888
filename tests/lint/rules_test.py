"""Every rule is seen to fail on a planted fault and to pass on what is right.

A row: the rule, the files, and where it must find something; an empty list for what is right.
"""

import unittest

import planted

A = 'kernel/core/base/a.cpp'
H = 'kernel/core/base/a.hpp'
TEST = 'tests/kernel/core/base/a_test.cpp'
ABI = 'plugin-sdk/include/chela/ext/x.h'
SOURCE = 'int a;\n'
CORE_TABLE = {'kernel/core/README.md': '| `base` | text | nothing |\n| `loop` | tasks | base |\n'
                                       '| `net/egress` | curl | base, loop |\n| `plugins` | all | all of the above |\n'}
WEATHER = {'plugins/tools/weather/chela.plugin.json': '{"id": "weather"}'}
OWN_HOME = '/ho' 'me/ann/x'
OWN_ROOT = '/ro' 'ot/x'
WORK = '/wo' 'rk/main'
REGISTRY = 'https://regi' 'stry.example.com/npm/x.tgz'
GOOD_STATE = '''
namespace a {
static const int kA = 1;
constexpr int kB = 2;
static int f(int x);
inline constexpr std::string_view kNames[] = {"a", "b"};
using B = int;
struct C {
  int member = 1;
  static C make();
};
int g() {
  int local = 1;
  static const auto kMap = load();
  return local;
}
class Later;
int h();
}  // namespace a
'''


def function(lines):
    return 'int f(int a) {\n' + '  ++a;\n' * (lines - 2) + '}\n'


def python_function(lines):
    return 'def f(a):\n' + '    a += 1\n' * (lines - 1)


def abi(comment, pointer='void (*write)(void *self);'):
    return f'typedef struct chela_x {{\n  unsigned size;\n  {comment}\n  {pointer}\n}} chela_x;\n'


def coroutine(statement):
    return f'Task<int> f() {{\n  {statement}\n}}\n'


SIZES = [
    ('length', {A: function(70)}, []),
    ('length', {A: function(71)}, [f'{A}:1']),
    ('length', {A: 'struct S {\n  int n;\n' + function(71) + '};\n'}, [f'{A}:3']),
    ('length', {A: 'S::S()\n    : a_{1},\n      b_(2) {\n' + '  f();\n' * 70 + '}\n'}, [f'{A}:1']),
    ('length', {A: 'namespace a {\nclass B {\n' + '  int n();\n' * 100 + '};\n}\n'}, []),
    ('length', {'tools/x.py': python_function(71)}, ['tools/x.py:1']),
    ('length', {'tools/x': '#!/usr/bin/env python3\n' + python_function(71)}, ['tools/x:2']),
    ('length', {A: '\n' * 600}, []),
    ('length', {A: '\n' * 601}, [f'{A}:0']),
    ('long_file', {A: '\n' * 401}, [f'{A}:0']),
    ('long_file', {A: '\n' * 400}, []),
]

BANS = [
    ('vague_name', {A: 'class RequestHandler {};\n// a helper in a comment, "a util" in text\n'}, []),
    ('vague_name', {A: 'int a;\nclass RequestManager {};\n'}, [f'{A}:2']),
    ('vague_name', {A: 'void string_utils();\n'}, [f'{A}:1']),
    ('vague_name', {'kernel/core/misc/a.md': ''}, ['kernel/core/misc/a.md:0']),
    ('vague_name', {A: 'std::common_type_t<int, long> a;\n'}, []),
    ('console_output', {A: '\nvoid f() { std::cout << 1; }\n'}, [f'{A}:2']),
    ('console_output', {A: 'void f() { printf("x"); }\n'}, [f'{A}:1']),
    ('console_output', {A: 'void f() { logger.printf("x"); snprintf(b, 1, "std::cout"); }\n',
                        'tools/chela/main.cpp': 'void f() { printf("x"); }\n'}, []),
    ('sleep_in_test', {TEST: '\nvoid f() { std::this_thread::sleep_for(1ms); }\n'}, [f'{TEST}:2']),
    ('sleep_in_test', {TEST: 'void f() { usleep(5); }\n'}, [f'{TEST}:1']),
    ('sleep_in_test', {'tests/x_test.py': 'import time\ntime.sl' 'eep(1)\n'}, ['tests/x_test.py:2']),
    ('sleep_in_test', {'tests/x.mjs': 'await new Promise(resolve => setTimeout(resolve, 5));\n'}, ['tests/x.mjs:1']),
    ('sleep_in_test', {TEST: 'auto f() { return sleep_until(loop, loop.now() + 1s, {}); }\n',
                       'tests/x.mjs': 'setTimeout(() => reject(late), 5000);\n'}, []),
    ('using_namespace_in_header', {H: '#pragma once\nusing namespace std;\n'}, [f'{H}:2']),
    ('using_namespace_in_header', {A: 'using namespace std;\n', H: 'using std::string;\n'}, []),
    ('unbounded_write', {A: 'void f() { strcpy(a, b); }\n'}, [f'{A}:1']),
    ('unbounded_write', {A: 'void f() { snprintf(a, 1, "strcpy(a, b)"); }\n'}, []),
    ('raw_memory', {A: 'auto* a = new A;\n'}, [f'{A}:1']),
    ('raw_memory', {A: 'void f() {\n  delete a;\n}\n'}, [f'{A}:2']),
    ('raw_memory', {A: 'void f() { a = malloc(3); }\n'}, [f'{A}:1']),
    ('raw_memory', {A: 'A(const A&) = delete;\nstd::unique_ptr<A> a(new A(1));\na_.reset(new A);\n#include <new>\n'
                       'void* operator new(size_t);\nint new_value, old;\n'}, []),
    ('to_do', {'docs/a.md': 'text\nTO' 'DO: more\n'}, ['docs/a.md:2']),
    ('to_do', {'docs/a.md': 'todos are a list\n'}, []),
    ('thread_start', {A: 'std::thread t(f);\n'}, [f'{A}:1']),
    ('thread_start', {A: 'auto id = std::this_thread::get_id(); std::thread::id a;\n',
                      'kernel/core/loop/a.cpp': 'std::thread t(f);\n'}, []),
    ('environment', {A: 'auto a = std::getenv("A");\n'}, [f'{A}:1']),
    ('environment', {'kernel/core/platform/a.cpp': 'auto a = getenv("A");\n', TEST: 'getenv("A");\n'}, []),
    ('heavy_include', {H: '#include <nlohmann/json.hpp>\n'}, [f'{H}:1']),
    ('heavy_include', {H: '#include <boost/beast.hpp>\n'}, [f'{H}:1']),
    ('heavy_include', {H: '#include <nlohmann/json_fwd.hpp>\n', A: '#include <curl/curl.h>\n'}, []),
    ('mutable_global', {A: 'namespace a {\nstatic int count = 0;\n}\n'}, [f'{A}:2']),
    ('mutable_global', {A: 'int next() {\n  static int count;\n  return ++count;\n}\n'}, [f'{A}:2']),
    ('mutable_global', {A: 'namespace {\nstd::map<int, int> seen;\n}\n'}, [f'{A}:2']),
    ('mutable_global', {A: 'thread_local int depth = 0;\n'}, [f'{A}:1']),
    ('mutable_global', {A: GOOD_STATE}, []),
]

WORDS = [
    ('agent_word_in_core', {A: 'int n;\n// the session of a person\n'}, [f'{A}:2']),
    ('agent_word_in_core', {A: 'class HttpSession {};\n'}, [f'{A}:1']),
    ('agent_word_in_core', {'kernel/core/base/chat_line.hpp': ''}, ['kernel/core/base/chat_line.hpp:0']),
    ('agent_word_in_core', {A: '// the memory model of C++; modelled, chatty\n',
                            'kernel/runtime/a.cpp': 'int session;\n'}, []),
    ('plugin_name_in_kernel', {**WEATHER, A: '\nauto tool = find("weather");\n'}, [f'{A}:2']),
    ('plugin_name_in_kernel', {**WEATHER, A: 'auto folder = "plugins/tools/weather/x";\n'}, [f'{A}:1']),
    ('plugin_name_in_kernel', {**WEATHER, A: '// whatever the weather\nint weather;\n'}, []),
    ('machine_path', {'docs/a.md': f'see {WORK}\n'}, ['docs/a.md:1']),
    ('machine_path', {A: f'// {OWN_HOME}\n'}, [f'{A}:1']),
    ('machine_path', {'Dockerfile': f'COPY a {OWN_ROOT}\n'}, ['Dockerfile:1']),
    ('machine_path', {'package-lock.json': f'"resolved": "{REGISTRY}"\n'}, ['package-lock.json:1']),
    ('machine_path', {'docs/a.md': 'build/work/x, ~/work, $HOME/home/x, /proc/self/root/etc, https://example.com/work\n'},
     []),
    ('markdown_link', {'docs/a.md': '# A\n[b](b.md#the-part) [a](#a) [web](https://x.y/z) [up](../README.md)\n`[x](y)`\n',
                       'docs/b.md': '## The *part*\n', 'README.md': '[docs](docs)\n'}, []),
    ('markdown_link', {'docs/a.md': 'text\n[b](b.md)\n'}, ['docs/a.md:2']),
    ('document_index', {'docs/a.md': 'text\n', 'docs/b/c.md': '', 'docs/README.md': '[a](a.md#b) [c](b/c.md)\n'}, []),
    ('document_index', {'docs/a.md': 'text\n', 'docs/b/c.md': '', 'docs/README.md': '[a](a.md)\n'}, ['docs/b/c.md:0']),
    ('markdown_link', {'docs/a.md': '![a picture](a.png)\n'}, ['docs/a.md:1']),
    ('markdown_link', {'docs/a.md': '# A\n[a](#b)\n'}, ['docs/a.md:2']),
]

FOLDERS = [
    ('dependency_direction', {**CORE_TABLE, A: '\n#include "kernel/core/loop/loop.hpp"\n'}, [f'{A}:2']),
    ('dependency_direction', {**CORE_TABLE, 'kernel/core/loop/a.cpp': '#include "kernel/core/base/a.hpp"\n',
                              'kernel/core/net/egress/a.cpp': '#include "kernel/core/loop/a.hpp"\n',
                              'kernel/core/plugins/a.cpp': '#include "kernel/core/net/egress/a.hpp"\n#include "chela/abi.h"\n',
                              'kernel/gateway/a.cpp': '#include "kernel/runtime/a.hpp"\n#include <vector>\n'}, []),
    *[('dependency_direction', {**CORE_TABLE, path: f'#include "{target}"\n'}, [f'{path}:1']) for path, target in (
        ('kernel/core/plugins/a.cpp', 'kernel/runtime/a.hpp'), ('kernel/runtime/a.cpp', 'kernel/gateway/a.hpp'),
        (A, 'plugins/tools/time/a.hpp'), (A, 'chela/abi.h'), (A, 'a.hpp'),
        ('kernel/core/new/a.cpp', 'kernel/core/base/a.hpp'), ('plugins/tools/time/a.cpp', 'kernel/core/base/text.hpp'),
        ('plugins/tools/time/a.cpp', 'plugins/tools/files/a.hpp'),
        ('plugin-sdk/cpp/chela/a.hpp', 'kernel/core/base/a.hpp'))],
    ('dependency_direction', {'plugins/tools/time/a.cpp': '#include "plugins/tools/time/a.hpp"\n#include <chela/abi.h>\n'}, []),
    ('own_header_first', {H: '', A: '#include <vector>\n#include "kernel/core/base/a.hpp"\n'}, [f'{A}:1']),
    ('own_header_first', {H: '', A: '// why\n#include "kernel/core/base/a.hpp"\n'}, []),
    ('folder_contract', {'kernel/core/new/a.cpp': SOURCE}, ['kernel/core/new:0']),
    ('folder_contract', {'kernel/core/new/a.cpp': SOURCE, 'kernel/core/README.md': 'about `old`'}, ['kernel/core/new:0']),
    ('folder_contract', {'kernel/core/new/a.cpp': SOURCE, 'kernel/core/README.md': '| `new` |',
                         'plugins/tools/x/a.cpp': SOURCE, 'plugins/tools/x/README.md': ''}, []),
]

COROUTINES = [
    *[('co_await_alone', {A: coroutine(good)}, []) for good in (
        'co_await f(a);', 'auto x = co_await f(a);', 'x = co_await f(a);', 'co_return co_await f(a);', '(void)co_await f(a);',
        'CHELA_CO_TRY(auto x, co_await f(a, g(b)));', 'CHELA_CO_CHECK(co_await f(a));', 'if (a) co_await b.c();',
        'const auto& x = co_await std::move(task);', 'auto x = co_await db->write<std::vector<int>>([n](C& c) { return c + n; });',
        'switch (a) {\n    case Kind::x: co_return co_await f(a);\n  }', 'std::vector<int> x = co_await f(a);',
        'this->x_ = co_await f(a).wait();', '// f(co_await g());', 'out = co_await join_all(std::move(tasks));')],
    *[('co_await_alone', {A: coroutine(bad)}, [f'{A}:2']) for bad in (
        'g(co_await f(a));', 'auto x = (co_await f(a)).y;', 'auto x = co_await f(a) + 1;', 'if (co_await f(a)) b();',
        'co_return 1 + co_await f(a);', 'auto x = *co_await f(a);', 'co_await f(a), g();', 'while (auto x = co_await f()) {}',
        'co_return co_await (a ? f() : g());')],
    ('capturing_coroutine', {A: 'auto f = [&] {\n  co_return 1;\n};\n'}, [f'{A}:1']),
    ('capturing_coroutine', {A: 'auto f = [x = 1](int a) mutable -> Task<int> {\n  co_await g(a);\n};\n'}, [f'{A}:1']),
    ('capturing_coroutine', {A: 'auto f = [](int a) -> Task<int> {\n  auto g = [a] { return a; };\n  co_return g();\n};\n'
                                'Task<int> h(int n) {\n  auto x = co_await run([n] { return n; });\n  co_return list[n];\n}\n'}, []),
]

INTERFACE = [
    *[('thread_tag', {ABI: abi(good)}, []) for good in (
        '/* Writes. [any-thread] */', '// Starts. [loop & configured]',
        '/* Runs, and takes an array[n].\n   * [worker & started] */')],
    *[('thread_tag', {ABI: abi(bad)}, [f'{ABI}:4']) for bad in (
        '', '/* Writes. */', '/* Writes. [loop] [worker] */', '/* Writes. [main-thread] */', '/* Writes. [loop & ready] */',
        '/* [loop] Writes. */')],
    ('thread_tag', {ABI: abi('/* Writes. [loop] */', 'void (*a)(int x);\n  void (*b)(int x);')}, [f'{ABI}:5']),
    ('abi_size', {ABI: '\n' * 101}, [f'{ABI}:0']),
    ('abi_size', {ABI: '\n' * 100, 'plugin-sdk/include/chela/abi.h': '\n' * 150}, []),
    ('abi_compiles', {ABI: 'typedef struct chela_x { int a; } chela_x;\n'}, []),
    ('abi_compiles', {ABI: 'typedef struct chela_x { chela_str a; } chela_x;\n'}, [f'{ABI}:1'] * 4),
    ('abi_compiles', {ABI: 'typedef struct x { int a; } x;\nextern int new;\n'}, [f'{ABI}:2'] * 2),  # C++ only
    ('header_compiles', {H: '#pragma once\n#include <string>\nstd::string a();\n'}, []),
    ('header_compiles', {H: '#pragma once\n\nstd::string a();\n'}, [f'{H}:3']),
]

ROWS = SIZES + BANS + WORDS + FOLDERS + COROUTINES + INTERFACE
# Needs a whole SDK with a released ABI: its faults are planted in tests/tools/abi_test.py.
ELSEWHERE = {'abi_released'}


class Rules(unittest.TestCase):
    def test_rows(self):
        for rule, files, expected in ROWS:
            with self.subTest(rule=rule, files=files):
                self.assertEqual(planted.find(rule, files), expected)

    def test_every_rule_was_seen_to_fail_and_to_pass(self):
        rules = set(planted.lint_rules.RULES) - ELSEWHERE
        self.assertEqual({rule for rule, _, expected in ROWS if expected}, rules)
        self.assertEqual({rule for rule, _, expected in ROWS if not expected}, rules)


if __name__ == '__main__':
    unittest.main()
