# Sourced by the tools: the tree's root, the pinned Node first on PATH, and how a tool gives up.

chela_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
chela_node_version=22.23.3
chela_node_floor=22.15 # module.registerHooks, for bridge-node
chela_node_folder="$chela_root/.cache/node-$chela_node_version"

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Whether there is no `node` on PATH, or one below the floor.
node_is_old() {
  local version
  version=$(node --version 2>/dev/null) || return 0
  [ "$(printf '%s\n' "$chela_node_floor" "${version#v}" | sort -V | head -n 1)" != "$chela_node_floor" ]
}

if [ -x "$chela_node_folder/bin/node" ]; then
  export PATH="$chela_node_folder/bin:$PATH"
fi
