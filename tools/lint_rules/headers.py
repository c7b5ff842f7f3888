"""Public headers include what they name."""

import shlex
import subprocess
import sys

from . import rule
from .cache import cached_compile

KERNEL_FLAGS = ['clang++-19', '-std=c++23', '-fsyntax-only', '-I.', '-Iplugin-sdk/include', '-D_GNU_SOURCE']
SDK_FLAGS = ['clang++-19', '-std=c++17', '-fsyntax-only', '-Iplugin-sdk/include', '-Iplugin-sdk/cpp',
             '-Iplugin-sdk/testing']
PACKAGES = ['libuv', 'sqlite3', 'fmt', 'libcurl', 'libarchive']


def _package_flags():
    flags = []
    for package in PACKAGES:
        done = subprocess.run(['pkg-config', '--cflags', package], capture_output=True, text=True, check=False)
        flags += shlex.split(done.stdout) if done.returncode == 0 else []
    return sorted(set(flags) - {'-I/usr/include'})


def _generated_flags(tree):
    """Headers that the build makes are made here, too: there need not be a build."""
    if not (tree.root / 'tools/protocol').exists():
        return []
    folder = 'build/lint/generated'
    subprocess.run([sys.executable, 'tools/protocol', '--cpp', folder], cwd=tree.root, check=True, capture_output=True)
    return [f'-I{folder}']


@rule('each header compiles alone', slow=True)
def header_compiles(tree):
    packages = _package_flags() + _generated_flags(tree)
    jobs = [(path, [*KERNEL_FLAGS, '-Iplugin-sdk/cpp', '-Iplugin-sdk/testing', *packages, '-x', 'c++'])
            for path in tree.select('kernel', 'plugin-sdk/conformance', 'tools', suffixes=('.hpp',))]
    jobs += [(path, [*SDK_FLAGS, '-x', 'c++'])
             for path in tree.select('plugin-sdk/cpp', 'plugin-sdk/testing', suffixes=('.hpp',))]
    jobs += [(path, [*KERNEL_FLAGS, *packages, '-Iplugin-sdk/cpp', '-x', 'c++'])
             for path in tree.select('plugins', suffixes=('.hpp',))]
    return cached_compile(tree, jobs)
