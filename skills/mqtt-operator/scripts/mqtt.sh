#!/bin/sh
# Reads and publishes MQTT messages with mosquitto's clients. The broker is read from MQTT_HOST, MQTT_USER, MQTT_PASSWORD, MQTT_CA.
set -eu

usage() {
  cat <<'END'
usage: sh mqtt.sh read FILTER [--seconds N] [--count N]
       sh mqtt.sh topics FILTER [--seconds N]
       sh mqtt.sh publish TOPIC PAYLOAD [--retain] [--qos 0|1|2] [--answer TOPIC] [--seconds N]
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
case $action,${topic:-}$filter in publish,*[#+]*) refuse 'a topic to publish to, or to be answered on, has no wildcards' ;; esac
[ -z "$retain" ] || [ "$action,$filter" = 'publish,' ] || refuse '--retain goes with publish, and without --answer'

# mosquitto's clients read their options from files of their names in this folder.
umask 077
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
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
cp "$folder/mosquitto_sub" "$folder/mosquitto_rr"
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
      # Subscribes first, publishes then, and ends with the first answer.
      code=0
      mosquitto_rr -V mqttv311 -R -t "$topic" -e "$filter" -m "$payload" -q "$qos" -W "$seconds" -F '%t	%p' >"$folder/out" || code=$?
      [ "$code" = 0 ] || [ "$code" = 27 ] || exit 1
      echo "published to $topic"
      cat "$folder/out"
      [ "$code" = 0 ] || { echo "mqtt: no answer on $filter in $seconds seconds" >&2; exit 27; }
      exit 0
    fi
    mosquitto_pub -t "$topic" -m "$payload" -q "$qos" $retain || exit 1
    echo "published to $topic"
    ;;
esac
