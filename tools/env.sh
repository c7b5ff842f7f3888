# Sourced by the tools: the tree's root, the pinned Node first on PATH, and how a tool gives up.

chela_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
chela_node_version=22.23.3
chela_node_floor=22
chela_node_folder="$chela_root/.cache/node-$chela_node_version"

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Sets `chela_node_major` to the major version of the `node` on PATH, 0 when there is none.
read_node_major() {
  local version
  version=$(node --version 2>/dev/null) || version=v0
  version=${version#v}
  chela_node_major=${version%%.*}
}

if [ -x "$chela_node_folder/bin/node" ]; then
  export PATH="$chela_node_folder/bin:$PATH"
fi
