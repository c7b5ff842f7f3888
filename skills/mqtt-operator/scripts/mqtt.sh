#!/bin/sh
# Reads and publishes MQTT messages with mosquitto's clients. The broker is read from MQTT_HOST, MQTT_USER, MQTT_PASSWORD, MQTT_CA.
set -eu

usage() {
  cat <<'END'
usage: sh mqtt.sh read FILTER [--seconds N] [--count N]
       sh mqtt.sh topics FILTER [--seconds N]
       sh mqtt.sh publish TOPIC PAYLOAD [--retain] [--qos 0|1|2] [--answer FILTER] [--seconds N]
Exit code: 0 done, 1 broker not reached or it refused, 2 wrong arguments, 27 nothing came in time.
END
}

refuse() {
  echo "mqtt: $1" >&2
  exit 2
}

number() {
  case $2 in '' | *[!0-9]*) refuse "$1 needs a whole number" ;; esac
}

case ${1:-} in
  --help | -h) usage; exit 0 ;;
  read | topics) [ $# -ge 2 ] || { usage >&2; exit 2; }; action=$1 filter=$2; shift 2 ;;
  publish) [ $# -ge 3 ] || { usage >&2; exit 2; }; action=$1 topic=$2 payload=$3 filter=''; shift 3 ;;
  *) usage >&2; exit 2 ;;
esac
seconds=5 count='' qos=0 retain=''
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) number "$1" "${2:-}"; seconds=$2; shift ;;
    --count) number "$1" "${2:-}"; count=$2; shift ;;
    --qos) case ${2:-} in 0 | 1 | 2) qos=$2 ;; *) refuse '--qos is 0, 1 or 2' ;; esac; shift ;;
    --answer) filter=${2:-}; shift ;;
    --retain) retain=-r ;;
    *) refuse "unknown option $1; see --help" ;;
  esac
  shift
done
[ -n "${MQTT_HOST:-}" ] || refuse 'MQTT_HOST has to be set in the settings of this skill'
case $action,${topic:-} in publish,*[#+]*) refuse 'a topic to publish to has no wildcards' ;; esac

# mosquitto's clients read their options from files of their names in this folder.
umask 077
folder=$(mktemp -d)
listener=''
finish() {
  [ -z "$listener" ] || kill "$listener" 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM
port=${MQTT_HOST#*:}
[ "$port" != "$MQTT_HOST" ] || port=''
{
  printf -- '-h %s\n' "${MQTT_HOST%%:*}"
  [ -z "$port" ] || printf -- '-p %s\n' "$port"
  [ -n "$port" ] || [ -z "${MQTT_CA:-}" ] || printf -- '-p 8883\n'
  [ -z "${MQTT_USER:-}" ] || printf -- '-u %s\n' "$MQTT_USER"
  [ -z "${MQTT_PASSWORD:-}" ] || printf -- '-P %s\n' "$MQTT_PASSWORD"
  [ -z "${MQTT_CA:-}" ] || printf -- '--cafile %s\n' "$MQTT_CA"
} >"$folder/mosquitto_sub"
cp "$folder/mosquitto_sub" "$folder/mosquitto_pub"
export XDG_CONFIG_HOME="$folder"

listen() {
  # Ends with 27 when the time is over; that is how a wait without --count ends, too.
  if mosquitto_sub -t "$filter" -W "$seconds" -F '%t	%p' ${count:+-C "$count"}; then return 0; else return $?; fi
}

case $action in
  read)
    code=0
    listen >"$folder/out" || code=$?
    cat "$folder/out"
    [ "$code" = 27 ] || exit $((code == 0 ? 0 : 1))
    [ -s "$folder/out" ] || { echo "mqtt: nothing came in $seconds seconds" >&2; exit 27; }
    ;;
  topics)
    code=0
    listen >"$folder/out" || code=$?
    [ "$code" = 0 ] || [ "$code" = 27 ] || exit 1
    cut -f 1 "$folder/out" | sort | uniq -c | awk '{ count = $1; sub(/^ *[0-9]+ /, ""); print count "\t" $0 }'
    [ -s "$folder/out" ] || { echo "mqtt: nothing came in $seconds seconds" >&2; exit 27; }
    ;;
  publish)
    if [ -n "$filter" ]; then
      mosquitto_sub -d -R -t "$filter" -W "$seconds" -C 1 -F '%t	%p' >"$folder/answer" 2>&1 &
      listener=$!
      tries=0
      until grep -q SUBACK "$folder/answer" || [ $tries -ge 50 ]; do
        kill -0 "$listener" 2>/dev/null || { cat "$folder/answer" >&2; exit 1; }
        tries=$((tries + 1))
        sleep 0.1
      done
    fi
    mosquitto_pub -t "$topic" -m "$payload" -q "$qos" $retain || exit 1
    echo "published to $topic"
    if [ -n "$filter" ]; then
      wait "$listener" || { echo "mqtt: no answer on $filter in $seconds seconds" >&2; listener=''; exit 27; }
      listener=''
      grep -v -e '^Client ' -e '^Subscribed ' "$folder/answer" || true
    fi
    ;;
esac
