#!/usr/bin/env python3
"""Weather of a place from Open-Meteo: a few lines for people, or JSON."""

import argparse
import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

TIMEOUT_S = 20
ANSWER_BYTES_MAX = 4 << 20
FORECAST = os.environ.get('OPEN_METEO_URL', 'https://api.open-meteo.com')
PLACES = os.environ.get('OPEN_METEO_GEOCODING_URL', 'https://geocoding-api.open-meteo.com')

# WMO 4677, as far as Open-Meteo uses it.
SKIES = {
    0: 'clear', 1: 'mostly clear', 2: 'partly cloudy', 3: 'overcast', 45: 'fog', 48: 'freezing fog',
    51: 'light drizzle', 53: 'drizzle', 55: 'heavy drizzle', 56: 'light freezing drizzle', 57: 'freezing drizzle',
    61: 'light rain', 63: 'rain', 65: 'heavy rain', 66: 'light freezing rain', 67: 'freezing rain',
    71: 'light snow', 73: 'snow', 75: 'heavy snow', 77: 'snow grains', 80: 'light showers', 81: 'showers',
    82: 'violent showers', 85: 'light snow showers', 86: 'snow showers', 95: 'thunderstorm',
    96: 'thunderstorm with hail', 99: 'thunderstorm with heavy hail',
}
WINDS = ('N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW')
CURRENT = 'temperature_2m,apparent_temperature,relative_humidity_2m,precipitation,weather_code,wind_speed_10m,wind_direction_10m'
DAILY = ('weather_code,temperature_2m_max,temperature_2m_min,precipitation_sum,precipitation_probability_max,'
         'wind_speed_10m_max,sunrise,sunset')
HOURLY = 'temperature_2m,precipitation_probability,precipitation,weather_code,wind_speed_10m'
IMPERIAL = {'temperature_unit': 'fahrenheit', 'wind_speed_unit': 'mph', 'precipitation_unit': 'inch'}


def stop(code, message):
    print(f'weather: {message}', file=sys.stderr)
    sys.exit(code)


def get(base, path, **query):
    url = f'{base}{path}?{urllib.parse.urlencode(query)}'
    request = urllib.request.Request(url, headers={'User-Agent': 'chela-skill-weather', 'Accept': 'application/json'})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            return json.loads(answer.read(ANSWER_BYTES_MAX))
    except urllib.error.HTTPError as error:
        try:
            reason = json.loads(error.read(65536)).get('reason', error.reason)
        except ValueError:
            reason = error.reason
        stop(1, f'the service answered {error.code}: {reason}')
    except (OSError, ValueError) as error:
        stop(1, f'no usable answer from {base}: {error}')


def is_named(place, words):
    names = ' '.join(str(place.get(key, '')) for key in ('country', 'country_code', 'admin1', 'admin2')).lower()
    return all(word in names for word in words)


def label_of(place):
    return ', '.join(part for part in (place['name'], place.get('admin1'), place.get('country')) if part)


def find_place(text):
    at = re.fullmatch(r'\s*(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*', text)
    if at:
        return {'name': f'{at[1]}, {at[2]}', 'latitude': float(at[1]), 'longitude': float(at[2])}
    name, _, rest = (part.strip() for part in text.partition(','))
    if len(name) < 2:
        stop(2, 'a place needs at least two letters')
    found = get(PLACES, '/v1/search', name=name, count=20, language='en', format='json').get('results') or []
    words = [word for word in re.split(r'[\s,]+', rest.lower()) if word]
    fitting = [place for place in found if is_named(place, words)]
    if not fitting:
        others = '; '.join(label_of(place) for place in found[:5])
        stop(2, f'no place called "{text}"' + (f'; there are {others}' if others else ''))
    if len(fitting) > 1 and not words:
        print('weather: also: ' + '; '.join(label_of(place) for place in fitting[1:5]), file=sys.stderr)
    return fitting[0]


def text_of(value, unit=''):
    return '?' if value is None else f'{value:g}{unit}' if isinstance(value, (int, float)) else f'{value}{unit}'


def sky_of(code):
    return SKIES.get(code, f'weather code {code}')


def print_current(now, units):
    wind = WINDS[round((now.get('wind_direction_10m') or 0) / 45) % 8]
    print(f"{now['time']}: {sky_of(now.get('weather_code'))}, "
          f"{text_of(now.get('temperature_2m'), units.get('temperature_2m', ''))} "
          f"(feels like {text_of(now.get('apparent_temperature'), units.get('apparent_temperature', ''))}), "
          f"humidity {text_of(now.get('relative_humidity_2m'), '%')}, "
          f"wind {text_of(now.get('wind_speed_10m'))} {units.get('wind_speed_10m', '')} {wind}, "
          f"precipitation {text_of(now.get('precipitation'))} {units.get('precipitation', '')}")


def rows_of(table):
    return [dict(zip(table, row)) for row in zip(*table.values())]


def print_days(daily, units):
    for day in rows_of(daily):
        degrees = units.get('temperature_2m_max', '')
        print(f"{day['time']}: {sky_of(day['weather_code'])}, {text_of(day['temperature_2m_min'])} to "
              f"{text_of(day['temperature_2m_max'], degrees)}, rain {text_of(day['precipitation_sum'])} "
              f"{units.get('precipitation_sum', '')} ({text_of(day['precipitation_probability_max'], '%')}), wind up to "
              f"{text_of(day['wind_speed_10m_max'])} {units.get('wind_speed_10m_max', '')}, "
              f"sun {str(day['sunrise'])[-5:]}-{str(day['sunset'])[-5:]}")


def print_hours(hourly, units, since, count):
    for hour in [row for row in rows_of(hourly) if row['time'] >= since[:13]][:count]:
        print(f"{hour['time']}: {sky_of(hour['weather_code'])}, "
              f"{text_of(hour['temperature_2m'], units.get('temperature_2m', ''))}, rain {text_of(hour['precipitation'])} "
              f"{units.get('precipitation', '')} ({text_of(hour['precipitation_probability'], '%')}), wind "
              f"{text_of(hour['wind_speed_10m'])} {units.get('wind_speed_10m', '')}")


def parse_arguments():
    parser = argparse.ArgumentParser(description='Weather of a place, from Open-Meteo.')
    parser.add_argument('place', help='name, "name, region or country", or "latitude,longitude"')
    parser.add_argument('--days', type=int, default=3, choices=range(1, 17), metavar='1-16', help='days of forecast (3)')
    parser.add_argument('--hours', type=int, default=0, choices=range(0, 169), metavar='1-168', help='hour by hour instead of days')
    parser.add_argument('--units', choices=('metric', 'imperial'), default='metric')
    parser.add_argument('--json', action='store_true', help='the place and all values')
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    place = find_place(arguments.place)
    days = max(arguments.days, -(-arguments.hours // 24) + 1 if arguments.hours else 1)
    query = {'latitude': place['latitude'], 'longitude': place['longitude'], 'timezone': 'auto',
             'forecast_days': min(days, 16), 'current': CURRENT, 'daily': DAILY}
    if arguments.hours:
        query['hourly'] = HOURLY
    if arguments.units == 'imperial':
        query.update(IMPERIAL)
    weather = get(FORECAST, '/v1/forecast', **query)
    if arguments.json:
        print(json.dumps({'place': place, 'weather': weather}, ensure_ascii=False, indent=1))
        return
    try:
        print(f"{label_of(place)} ({weather.get('timezone', 'UTC')})")
        print_current(weather['current'], weather.get('current_units', {}))
        if arguments.hours:
            print_hours(weather['hourly'], weather.get('hourly_units', {}), weather['current']['time'], arguments.hours)
        else:
            print_days(weather['daily'], weather.get('daily_units', {}))
    except (KeyError, TypeError) as error:
        stop(1, f'the answer has another shape than documented: {error}')


if __name__ == '__main__':
    main()
