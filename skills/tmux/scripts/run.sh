#!/bin/sh
# Runs one command in a pane with a shell, waits for its end and prints what it printed.
set -eu

usage() {
  cat <<'END'
usage: sh run.sh -t TARGET [-s SECONDS] [-L SERVER] COMMAND
  -t  pane with a waiting POSIX shell, as SESSION:WINDOW.PANE     -s  how long to wait (60)
Prints the output, without colours and as wide as the pane. Exit code: the command's; 124 it still runs; 2 wrong arguments.
END
}

target='' seconds=60 server=agent
[ "${1:-}" != --help ] || { usage; exit 0; }
while getopts 't:s:L:h' option; do
  case $option in
    t) target=$OPTARG ;;
    s) seconds=$OPTARG ;;
    L) server=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ -n "$target" ] && [ $# = 1 ] || { usage >&2; exit 2; }

folder=$(dirname "$0")
mark="$$-$(date +%s)"
quoted=$(printf '%s\n' "$1" | sed "s/'/'\\\\''/g")
# The shell in the pane puts the marks together: the line that is typed does not hold them.
line="printf '\\n%s%s\\n' begin- '$mark'; eval '$quoted'; printf '\\n%s%s:%d\\n' end- '$mark' \$?"
tmux -L "$server" send-keys -t "$target" -l -- "$line" || exit 2
tmux -L "$server" send-keys -t "$target" Enter
if ! sh "$folder/wait_for.sh" -L "$server" -t "$target" -s "$seconds" -n 5000 -p "end-$mark:" 2>/dev/null; then
  echo "run: it still runs after $seconds seconds; look with capture-pane, stop it with C-c" >&2
  exit 124
fi
screen=$(tmux -L "$server" capture-pane -p -J -S -5000 -t "$target")
printf '%s\n' "$screen" | awk -v begin="begin-$mark" -v end="end-$mark:" '
  { sub(/ +$/, "") }
  index($0, end) == 1 { exit }
  held { print line }
  seen { line = $0; held = 1 }
  $0 == begin { seen = 1 }
  END { if (held && line != "") print line }'
exit "$(printf '%s\n' "$screen" | sed -n "s/^end-$mark:\\([0-9]*\\).*/\\1/p" | tail -n 1)"
