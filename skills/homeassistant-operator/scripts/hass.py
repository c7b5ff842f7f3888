#!/usr/bin/env python3
"""Home Assistant from the command line. Address and token are read from HASS_URL and HASS_TOKEN."""

import argparse
import datetime
import json
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

TIMEOUT_S = 30
ANSWER_BYTES_MAX = 32 << 20
ENTITY = re.compile(r'[a-z0-9_]+\.[a-z0-9_]+')
GRAVE_DOMAINS = {'lock', 'alarm_control_panel', 'valve', 'water_heater', 'homeassistant', 'hassio', 'shell_command', 'script', 'automation'}
GRAVE_WORDS = re.compile(r'garage|door|gate|oven|stove|gas|alarm|siren')
COVERS = {'cover', 'switch', 'button'}
SETTLE_S = 1.0


def stop(code, message):
    print(f'hass: {message}', file=sys.stderr)
    sys.exit(code)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """The token goes to the house and to nobody that it points to."""

    def redirect_request(self, *_):
        return None


def call(method, path, body=None):
    base, token = os.environ.get('HASS_URL', '').rstrip('/'), os.environ.get('HASS_TOKEN', '').strip()
    if not re.match('https?://[^/]', base) or not token:
        stop(2, 'HASS_URL and HASS_TOKEN have to be set in the settings of this skill')
    request = urllib.request.Request(base + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                     headers={'Authorization': f'Bearer {token}', 'Content-Type': 'application/json'})
    try:
        with urllib.request.build_opener(NoRedirect).open(request, timeout=TIMEOUT_S) as answer:
            text = answer.read(ANSWER_BYTES_MAX).decode('utf-8', 'replace')
            return json.loads(text) if 'json' in (answer.headers.get('Content-Type') or '') else text
    except urllib.error.HTTPError as error:
        reasons = {401: 'the token is not accepted', 404: 'there is no such entity or service'}
        text = error.read(65536).decode('utf-8', 'replace').strip()
        stop(1, f'Home Assistant answered {error.code}: {reasons.get(error.code) or text or error.reason}')
    except (OSError, ValueError) as error:
        stop(1, f'{base} is not reached: {getattr(error, "reason", error)}')


def name_of(state):
    return state.get('attributes', {}).get('friendly_name', '')


def line_of(state):
    unit = state.get('attributes', {}).get('unit_of_measurement', '')
    return f"{state['entity_id']}\t{state['state']}{' ' + unit if unit else ''}\t{name_of(state)}"


def print_states(found, as_json):
    if as_json:
        return print(json.dumps(found, ensure_ascii=False, indent=1))
    for one in sorted(found, key=lambda state: state['entity_id']):
        print(line_of(one))
    if not found:
        print('Nothing of that kind.', file=sys.stderr)


def find(arguments):
    words = arguments.text.lower().split()
    texts = lambda state: f"{state['entity_id']} {name_of(state)}".lower()
    print_states([one for one in call('GET', '/api/states') if all(word in texts(one) for word in words)], arguments.json)


def states(arguments):
    found = call('GET', '/api/states')
    print_states([one for one in found if not arguments.domain or one['entity_id'].startswith(arguments.domain + '.')], arguments.json)


def entity(text):
    if not ENTITY.fullmatch(text):
        stop(2, f'"{text}" is no entity; they look like light.kitchen')
    return text


def state(arguments):
    found = call('GET', '/api/states/' + entity(arguments.entity))
    if arguments.json:
        return print(json.dumps(found, ensure_ascii=False, indent=1))
    print(line_of(found) + f"\tsince {found.get('last_changed', '')}")
    for key, value in sorted(found.get('attributes', {}).items()):
        print(f'  {key}: {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}')


def services(arguments):
    for domain in call('GET', '/api/services'):
        if domain['domain'] == arguments.domain:
            for name, about in sorted(domain.get('services', {}).items()):
                print(f"{arguments.domain}.{name}\t{about.get('description', '')}\t{', '.join(about.get('fields', {}))}")
            return
    stop(1, f'Home Assistant has no services of the domain {arguments.domain}')


def data_of(pairs):
    out = {}
    for pair in pairs:
        name, equals, text = pair.partition('=')
        if not equals or not name or name == 'entity_id':
            stop(2, f'"{pair}": fields are written NAME=VALUE')
        try:
            out[name] = json.loads(text)
        except ValueError:
            out[name] = text
    return out


def is_grave(service, entities, data):
    domain, _, action = service.partition('.')
    if domain in GRAVE_DOMAINS or any(one.split('.')[0] in GRAVE_DOMAINS - {'script', 'automation'} for one in entities):
        return True
    degrees = data.get('temperature')
    if isinstance(degrees, (int, float)) and not 5 <= degrees <= 25:
        return True
    if not entities and (domain != 'scene' or action != 'turn_on') and domain not in ('notify', 'persistent_notification', 'tts'):
        return True
    return any(one.split('.')[0] in COVERS and GRAVE_WORDS.search(one) for one in entities)


def run(arguments):
    if not ENTITY.fullmatch(arguments.service):
        stop(2, f'"{arguments.service}" is no service; they look like light.turn_on')
    entities = [entity(one) for one in arguments.rest if '=' not in one]
    data = data_of([one for one in arguments.rest if '=' in one])
    if is_grave(arguments.service, entities, data) and not arguments.confirmed:
        stop(3, f'{arguments.service} on {", ".join(entities) or "everything"} needs a yes from the person; then add --confirmed')
    before = {one: call('GET', '/api/states/' + one)['state'] for one in entities}
    call('POST', '/api/services/' + arguments.service.replace('.', '/', 1), {**data, **({'entity_id': entities} if entities else {})})
    if not entities:
        return print('called')
    time.sleep(SETTLE_S)
    for one in entities:
        print(f"{one}\t{before[one]} -> {call('GET', '/api/states/' + one)['state']}")


def history(arguments):
    begin = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=arguments.hours)
    query = urllib.parse.urlencode({'filter_entity_id': entity(arguments.entity), 'minimal_response': '', 'no_attributes': ''})
    found = call('GET', f"/api/history/period/{urllib.parse.quote(begin.isoformat(timespec='seconds'))}?{query}")
    rows = found[0] if found else []
    if arguments.json:
        return print(json.dumps(rows, ensure_ascii=False, indent=1))
    step = max(1, len(rows) // arguments.limit)
    for one in rows[::step]:
        print(f"{one.get('last_changed', '')}\t{one['state']}")
    numbers = [float(one['state']) for one in rows if re.fullmatch(r'-?\d+(\.\d+)?', str(one['state']))]
    if numbers:
        print(f'{len(numbers)} values, {min(numbers):g} to {max(numbers):g}, mean {sum(numbers) / len(numbers):.3g}')
    elif not rows:
        print('Nothing was recorded.')


def template(arguments):
    print(call('POST', '/api/template', {'template': arguments.template}))


def parse_arguments():
    parser = argparse.ArgumentParser(description='Home Assistant from the command line.')
    commands = parser.add_subparsers(dest='command', required=True)

    def command(name, action, about, *positional):
        one = commands.add_parser(name, help=about)
        for argument in positional:
            one.add_argument(argument)
        one.add_argument('--json', action='store_true')
        one.set_defaults(run=action)
        return one

    command('find', find, 'entities by words of their id or name', 'text')
    command('states', states, 'all entities').add_argument('--domain', help='only light, sensor, …')
    command('state', state, 'one entity', 'entity')
    command('services', services, 'what can be called', 'domain')
    one = command('call', run, 'calls a service', 'service')
    one.add_argument('rest', nargs='*', metavar='ENTITY|NAME=VALUE')
    one.add_argument('--confirmed', action='store_true', help='a person has said yes to exactly this')
    one = command('history', history, 'what a state was', 'entity')
    one.add_argument('--hours', type=float, default=24)
    one.add_argument('--limit', type=int, default=50, help='lines at most (50)')
    command('template', template, 'renders a template', 'template')
    return parser.parse_args()


if __name__ == '__main__':
    given = parse_arguments()
    given.run(given)
