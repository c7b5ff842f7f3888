// Skills with a key, against stand-ins of their services in the documented shapes: Tavily, Notion, Home Assistant.

import assert from 'node:assert/strict';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {before, describe, it} from 'node:test';
import {scratch, script, serve} from './bundled.mjs';

const folder = scratch();

describe('tavily-search', () => {
  let service;
  before(async () => {
    service = await serve(({path, headers, body}) => {
      if (headers.authorization !== 'Bearer tvly-test') return [401, {detail: {error: 'Unauthorized: missing or invalid API key.'}}];
      if (path === '/search' && body.query === 'elsewhere') return [302, '', {location: 'http://127.0.0.2:1/search'}];
      if (path === '/search') return [200, {query: body.query, answer: body.include_answer ? 'Forty-two.' : null, images: [], response_time: 0.9, results: [
        {title: 'Deep Thought', url: 'https://example.org/42', content: 'The answer is 42.', score: 0.98, raw_content: body.include_raw_content ? 'All of it.' : null}]}];
      if (path === '/extract') return [200, {results: [{url: body.urls[0], raw_content: '# Page', images: []}], failed_results: body.urls.slice(1).map(url => ({url, error: 'not found'}))}];
      return undefined;
    });
  });
  const tavily = (args, key = 'tvly-test') => script('tavily-search/scripts/tavily.py', args, {env: {TAVILY_URL: service.url, ...key && {TAVILY_API_KEY: key}}});

  it('searches with what was asked for', async () => {
    const {code, stdout, stderr} = await tavily(['search', 'the answer', '--results', '3', '--time', 'week', '--include', 'example.org', '--answer']);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'Answer: Forty-two.\n\n1. Deep Thought\n   https://example.org/42\n   The answer is 42.\n');
    assert.deepEqual(service.asked.at(-1).body, {query: 'the answer', max_results: 3, search_depth: 'basic', topic: 'general', include_answer: true,
      include_raw_content: false, time_range: 'week', include_domains: ['example.org']});
  });

  it('reads pages and names those that could not be read', async () => {
    const {stdout, stderr} = await tavily(['extract', 'https://example.org/a', 'https://example.org/b']);
    assert.match(stdout, /# https:\/\/example.org\/a\n\n# Page/);
    assert.match(stderr, /example.org\/b: not found/);
  });

  it('passes a refusal on, wants a key, and takes the key nowhere else', async () => {
    const refused = await tavily(['search', 'x'], 'wrong');
    assert.deepEqual([refused.code, refused.stderr.trim()], [1, 'tavily: the service answered 401: Unauthorized: missing or invalid API key.']);
    assert.equal((await tavily(['search', 'x'], '')).code, 2);
    const sent = await tavily(['search', 'elsewhere']);
    assert.equal(sent.code, 1);
    assert.match(sent.stderr, /answered 302/);
  });
});

describe('notion', () => {
  const kPage = '1429989fe8ac4effbc8f57f56486db54';
  const kBase = 'd9824bdc84454327be8b5b47500af6ce';
  const rich = text => [{type: 'text', text: {content: text}, plain_text: text}];
  const kRow = {object: 'page', id: kPage, url: `https://www.notion.so/${kPage}`, properties: {
    Name: {type: 'title', title: rich('Ship it')}, Status: {type: 'status', status: {name: 'Doing'}}, Points: {type: 'number', number: 3},
    Tags: {type: 'multi_select', multi_select: [{name: 'a'}, {name: 'b'}]}, Due: {type: 'date', date: {start: '2026-05-01', end: null}}, Done: {type: 'checkbox', checkbox: false}}};
  const kColumns = {object: 'database', id: kBase, title: rich('Tasks'), properties: Object.fromEntries(Object.entries(kRow.properties).map(([name, {type}]) => [name, {type, name}]))};
  let service;
  let busy = 0;
  before(async () => {
    service = await serve(({method, path, headers, body, query}) => {
      if (headers.authorization !== 'Bearer ntn_test' || headers['notion-version'] !== '2022-06-28') return [401, {object: 'error', code: 'unauthorized', message: 'API token is invalid.'}];
      if (busy-- > 0) return [429, {message: 'slow down'}, {'retry-after': '0'}];
      if (path === '/v1/search') return [200, {object: 'list', results: [kRow, kColumns], has_more: false, next_cursor: null}];
      if (path === `/v1/pages/${kPage}`) return [200, kRow];
      if (path === `/v1/databases/${kBase}`) return [200, kColumns];
      if (path === `/v1/databases/${kBase}/query`) return [200, {results: [kRow], has_more: !body.start_cursor, next_cursor: body.start_cursor ? null : 'more'}];
      if (method === 'POST' && path === '/v1/pages') return [200, {...kRow, id: 'new', properties: body.properties}];
      if (method === 'PATCH') return [200, {}];
      if (path === `/v1/blocks/${kPage}/children`) return [200, query.start_cursor
        ? {results: [{id: 'b3', type: 'to_do', to_do: {rich_text: rich('tell them'), checked: true}}], has_more: false, next_cursor: null}
        : {results: [{id: 'b1', type: 'heading_2', heading_2: {rich_text: rich('Plan')}},
          {id: 'b2', type: 'bulleted_list_item', has_children: true, bulleted_list_item: {rich_text: rich('first')}}], has_more: true, next_cursor: 'two'}];
      if (path === '/v1/blocks/b2/children') return [200, {results: [{id: 'b4', type: 'code', code: {rich_text: rich('make'), language: 'shell'}}], has_more: false, next_cursor: null}];
      return [404, {object: 'error', code: 'object_not_found', message: 'Could not find page with ID'}];
    });
  });
  const notion = (args, options = {}) => script('notion/scripts/notion.py', args, {env: {NOTION_URL: service.url, NOTION_API_KEY: 'ntn_test'}, ...options});

  it('finds and reads, page after page and block below block', async () => {
    assert.match((await notion(['search', 'ship'])).stdout, new RegExp(`^page\t${kPage}\tShip it\t.*\ndatabase\t${kBase}\tTasks`));
    const {code, stdout, stderr} = await notion(['read', `https://www.notion.so/acme/Ship-it-cafe-${kPage}?pvs=4`]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^# Ship it\n\n- Status: Doing\n- Points: 3\n- Tags: a\|b\n- Due: 2026-05-01\n- Done: false\n\n## Plan\n- first\n  ```shell\n  make\n  ```\n- \[x\] tell them\n$/);
  });

  it('writes Markdown as blocks', async () => {
    const input = '# Notes\n\nTwo\nlines\n\n- a\n- [x] b\n1. c\n> q\n---\n```\ncode\n\nhere\n```\n';
    const {code, stdout} = await notion(['append', kPage, '--text', '-'], {input});
    assert.deepEqual([code, stdout], [0, 'appended 8 blocks\n']);
    const blocks = service.asked.at(-1).body.children;
    assert.deepEqual(blocks.map(block => [block.type, block[block.type].rich_text?.[0].text.content]), [['heading_1', 'Notes'], ['paragraph', 'Two lines'],
      ['bulleted_list_item', 'a'], ['to_do', 'b'], ['numbered_list_item', 'c'], ['quote', 'q'], ['divider', undefined], ['code', 'code\n\nhere']]);
    assert.equal(blocks[3].to_do.checked, true);
  });

  it('cuts long texts and long lists to what the service takes', async () => {
    const file = join(folder, 'long.md');
    writeFileSync(file, ['x'.repeat(4500), ...Array.from({length: 130}, (_, i) => `- ${i}`)].join('\n'));
    const before = service.asked.length;
    await notion(['append', kPage, '--text', file]);
    const sent = service.asked.slice(before).map(one => one.body.children);
    assert.deepEqual(sent.map(children => children.length), [100, 31]);
    assert.deepEqual(sent[0][0].paragraph.rich_text.map(piece => piece.text.content.length), [2000, 2000, 500]);
  });

  it('knows the types of a database', async () => {
    assert.match((await notion(['columns', kBase])).stdout, /checkbox\tDone\n/);
    const {stdout} = await notion(['query', kBase, '--where', 'Status=Doing', '--where', 'Points=3', '--sort', 'Due', '--descending', '--limit', '2']);
    assert.equal(stdout.split('\n')[0], `${kPage}\tShip it\tStatus=Doing\tPoints=3\tTags=a|b\tDue=2026-05-01\tDone=false`);
    assert.deepEqual(service.asked.at(-1).body, {filter: {and: [{property: 'Status', status: {equals: 'Doing'}}, {property: 'Points', number: {equals: 3}}]},
      sorts: [{property: 'Due', direction: 'descending'}], page_size: 1, start_cursor: 'more'});
    await notion(['create', kBase, 'New', '--in-database', '--set', 'Tags=a|b', '--set', 'Done=true', '--set', 'Due=2026-05-01/2026-05-03']);
    assert.deepEqual(service.asked.at(-1).body.properties, {Tags: {multi_select: [{name: 'a'}, {name: 'b'}]}, Done: {checkbox: true},
      Due: {date: {start: '2026-05-01', end: '2026-05-03'}}, Name: {title: [{type: 'text', text: {content: 'New'}}]}});
    await notion(['set', kPage, 'Points=', 'Status=Done']);
    assert.deepEqual(service.asked.at(-1).body, {properties: {Points: {number: null}, Status: {status: {name: 'Done'}}}});
  });

  it('waits when it is told to, and says what is wrong', async () => {
    busy = 2;
    assert.equal((await notion(['columns', kBase])).code, 0);
    const unknown = await notion(['set', kPage, 'Colour=red']);
    assert.deepEqual([unknown.code, /one of Done, Due, Name/.test(unknown.stderr)], [2, true]);
    assert.equal((await notion(['set', kPage, 'Points=many'])).code, 2);
    assert.match((await notion(['read', 'f'.repeat(32)])).stderr, /answered 404: Could not find page/);
    assert.equal((await notion(['read', 'no id'])).code, 2);
  });
});

describe('homeassistant-operator', () => {
  const states = () => [
    {entity_id: 'light.kitchen', state: 'off', last_changed: '2026-05-01T08:00:00+00:00', attributes: {friendly_name: 'Kitchen light', brightness: null}},
    {entity_id: 'sensor.kitchen_temperature', state: '19.5', attributes: {friendly_name: 'Kitchen temperature', unit_of_measurement: '°C'}},
    {entity_id: 'lock.front', state: 'locked', attributes: {friendly_name: 'Front door'}},
    {entity_id: 'cover.garage', state: 'closed', attributes: {friendly_name: 'Garage'}}];
  let service;
  let house = states();
  before(async () => {
    service = await serve(({method, path, headers, body}) => {
      if (headers.authorization !== 'Bearer llt') return [401, '401: Unauthorized'];
      if (path === '/api/states') return [200, house];
      const one = house.find(state => path === `/api/states/${state.entity_id}`);
      if (one) return [200, one];
      if (path === '/api/services') return [200, [{domain: 'light', services: {turn_on: {description: 'Turns on.', fields: {brightness_pct: {}}}}}]];
      if (method === 'POST' && path.startsWith('/api/services/')) {
        for (const state of house) if (body.entity_id?.includes(state.entity_id)) state.state = path.endsWith('on') ? 'on' : path.split('/').at(-1);
        return [200, []];
      }
      if (path.startsWith('/api/history/period/')) return [200, [[{state: '18', last_changed: 't1', entity_id: 'sensor.x'}, {state: '20', last_changed: 't2'}]]];
      if (path === '/api/template') return [200, `made of ${body.template}`];
      return [404, {message: 'Entity not found.'}];
    });
  });
  const hass = (...args) => script('homeassistant-operator/scripts/hass.py', args, {env: {HASS_URL: `${service.url}/`, HASS_TOKEN: 'llt'}});

  it('finds and shows', async () => {
    const {code, stdout, stderr} = await hass('find', 'kitchen');
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'light.kitchen\toff\tKitchen light\nsensor.kitchen_temperature\t19.5 °C\tKitchen temperature\n');
    assert.match((await hass('state', 'light.kitchen')).stdout, /since 2026-05-01.*\n {2}brightness: null/);
    assert.equal((await hass('services', 'light')).stdout, 'light.turn_on\tTurns on.\tbrightness_pct\n');
    assert.match((await hass('history', 'sensor.x')).stdout, /t1\t18\nt2\t20\n2 values, 18 to 20, mean 19/);
    assert.equal((await hass('template', '{{ 1 }}')).stdout, 'made of {{ 1 }}\n');
  });

  it('calls, and says what is so afterwards', async () => {
    house = states();
    const {stdout} = await hass('call', 'light.turn_on', 'light.kitchen', 'brightness_pct=40');
    assert.equal(stdout, 'light.kitchen\toff -> on\n');
    assert.deepEqual(service.asked.find(one => one.method === 'POST' && one.path === '/api/services/light/turn_on').body, {brightness_pct: 40, entity_id: ['light.kitchen']});
  });

  for (const [what, ...args] of [['a lock', 'lock.unlock', 'lock.front'], ['a garage', 'cover.open_cover', 'cover.garage'], ['everything', 'light.turn_off'],
    ['heat', 'climate.set_temperature', 'climate.bath', 'temperature=35'], ['a restart', 'homeassistant.restart'], ['a lock by another service', 'homeassistant.turn_on', 'lock.front']]) {
    it(`leaves ${what} alone without a yes`, async () => {
      const before = service.asked.length;
      const {code, stderr} = await hass('call', ...args);
      assert.deepEqual([code, service.asked.length], [3, before]);
      assert.match(stderr, /needs a yes/);
    });
  }

  it('does grave things with a yes', async () => {
    house = states();
    assert.equal((await hass('call', 'lock.unlock', 'lock.front', '--confirmed')).stdout, 'lock.front\tlocked -> unlock\n');
  });

  it('says what is wrong', async () => {
    assert.match((await hass('state', 'light.nowhere')).stderr, /404: there is no such entity/);
    assert.equal((await hass('state', 'nonsense')).code, 2);
    const {code} = await script('homeassistant-operator/scripts/hass.py', ['states'], {env: {HASS_URL: 'http://127.0.0.1:1', HASS_TOKEN: 'x'}});
    assert.equal(code, 1);
  });
});
