// The weather skill against a stand-in that answers as Open-Meteo's documentation shows.

import assert from 'node:assert/strict';
import {before, it} from 'node:test';
import {script, serve} from './bundled.mjs';

const kPlaces = [
  {id: 1, name: 'Portland', latitude: 45.52, longitude: -122.68, country: 'United States', country_code: 'US', admin1: 'Oregon', timezone: 'America/Los_Angeles'},
  {id: 2, name: 'Portland', latitude: 43.66, longitude: -70.26, country: 'United States', country_code: 'US', admin1: 'Maine', timezone: 'America/New_York'},
];
const kDays = ['2026-05-01', '2026-05-02', '2026-05-03'];

const forecast = query => ({
  latitude: Number(query.latitude), longitude: Number(query.longitude), timezone: 'America/Los_Angeles', utc_offset_seconds: -25200,
  current_units: {time: 'iso8601', temperature_2m: '°C', apparent_temperature: '°C', wind_speed_10m: 'km/h', precipitation: 'mm'},
  current: {time: '2026-05-01T10:15', interval: 900, temperature_2m: 12.4, apparent_temperature: 9.8, relative_humidity_2m: 71,
    precipitation: 0.2, weather_code: 61, wind_speed_10m: 18.3, wind_direction_10m: 225},
  daily_units: {temperature_2m_max: '°C', precipitation_sum: 'mm', wind_speed_10m_max: 'km/h'},
  daily: {time: kDays, weather_code: [61, 3, 0], temperature_2m_max: [14.1, 16, null], temperature_2m_min: [7.2, 8, 9],
    precipitation_sum: [3.4, 0, 0], precipitation_probability_max: [90, 20, 5], wind_speed_10m_max: [30, 20, 10],
    sunrise: kDays.map(day => `${day}T05:55`), sunset: kDays.map(day => `${day}T20:17`)},
  ...query.hourly && {hourly_units: {temperature_2m: '°C', precipitation: 'mm', wind_speed_10m: 'km/h'}, hourly: {
    time: ['2026-05-01T09:00', '2026-05-01T10:00', '2026-05-01T11:00'], temperature_2m: [11, 12, 13], precipitation_probability: [10, 20, 30],
    precipitation: [0, 0.1, 0.2], weather_code: [3, 61, 63], wind_speed_10m: [10, 11, 12]}},
});

let service;
before(async () => {
  service = await serve(({path, query}) => {
    if (path === '/v1/search') return [200, query.name === 'Portland' ? {results: kPlaces, generationtime_ms: 1} : {generationtime_ms: 1}];
    if (path === '/v1/forecast' && query.latitude === '9.0') return [400, {error: true, reason: 'Latitude is out of range'}];
    if (path === '/v1/forecast') return [200, forecast(query)];
    return undefined;
  });
});
const weather = (...args) => script('weather/scripts/weather.py', args, {env: {OPEN_METEO_URL: service.url, OPEN_METEO_GEOCODING_URL: service.url}});

it('says how it is and how it will be', async () => {
  const {code, stdout, stderr} = await weather('Portland');
  assert.equal(code, 0, stderr);
  const lines = stdout.trim().split('\n');
  assert.equal(lines[0], 'Portland, Oregon, United States (America/Los_Angeles)');
  assert.equal(lines[1], '2026-05-01T10:15: light rain, 12.4°C (feels like 9.8°C), humidity 71%, wind 18.3 km/h SW, precipitation 0.2 mm');
  assert.equal(lines[2], '2026-05-01: light rain, 7.2 to 14.1°C, rain 3.4 mm (90%), wind up to 30 km/h, sun 05:55-20:17');
  assert.match(lines[4], /9 to \?,/);
  assert.match(stderr, /also: Portland, Maine/);
});

it('takes the place that was meant', async () => {
  assert.match((await weather('Portland, Maine')).stdout, /^Portland, Maine/);
  assert.match((await weather('43.66, -70.26')).stdout, /^43.66, -70.26/);
  const nowhere = await weather('Portland, Ontario');
  assert.equal(nowhere.code, 2);
  assert.match(nowhere.stderr, /no place called "Portland, Ontario"; there are Portland, Oregon/);
  assert.equal((await weather('Xyzzy')).code, 2);
});

it('asks for the days, hours and units that were wanted', async () => {
  await weather('Portland', '--days', '9', '--units', 'imperial');
  const {query} = service.asked.at(-1);
  assert.deepEqual([query.forecast_days, query.temperature_unit, query.wind_speed_unit, query.timezone], ['9', 'fahrenheit', 'mph', 'auto']);
  const hours = (await weather('Portland', '--hours', '2')).stdout.trim().split('\n').slice(2);
  assert.deepEqual(hours.map(line => line.slice(0, 16)), ['2026-05-01T10:00', '2026-05-01T11:00']);
  assert.equal(JSON.parse((await weather('Portland', '--json')).stdout).weather.current.weather_code, 61);
});

it('says what the service refused', async () => {
  const {code, stderr} = await weather('9,9');
  assert.equal(code, 1);
  assert.match(stderr, /answered 400: Latitude is out of range/);
});
