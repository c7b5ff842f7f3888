#!/bin/sh
# Waits until a pane shows a text.
set -eu

usage() {
  cat <<'END'
usage: sh wait_for.sh -t TARGET -p TEXT [-s SECONDS] [-n LINES] [-e] [-L SERVER]
  -t  pane, as SESSION:WINDOW.PANE     -p  text to wait for; with -e an extended regular expression
  -s  how long (15)                    -n  lines of the history that count as well (0)
Exit code: 0 it is there, 1 not in time (the last screen is printed on standard error), 2 wrong arguments or no such pane.
END
}

refuse() {
  echo "wait_for: $1" >&2
  exit 2
}

target='' text='' seconds=15 history=0 kind=-F server=agent
[ "${1:-}" != --help ] || { usage; exit 0; }
while getopts 't:p:s:n:eL:h' option; do
  case $option in
    t) target=$OPTARG ;;
    p) text=$OPTARG ;;
    s) seconds=$OPTARG ;;
    n) history=$OPTARG ;;
    e) kind=-E ;;
    L) server=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[ -n "$target" ] && [ -n "$text" ] || { usage >&2; exit 2; }
case $seconds$history in *[!0-9]*) refuse '-s and -n are whole numbers' ;; esac

end=$(($(date +%s) + seconds))
while :; do
  screen=$(tmux -L "$server" capture-pane -p -J -S "-$history" -t "$target" 2>&1) || refuse "$screen"
  if printf '%s\n' "$screen" | grep -q "$kind" -e "$text"; then exit 0; fi
  if [ "$(date +%s)" -ge "$end" ]; then
    printf 'wait_for: not seen in %s seconds; the screen is\n%s\n' "$seconds" "$screen" >&2
    exit 1
  fi
  sleep 0.2
done
