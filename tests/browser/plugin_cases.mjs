// Plugins as a gateway describes them, in the states that a person can meet, and an API of them that answers in the
// page's place: states such as a quarantine, and texts that no manifest would be taken with, are had only so.

const kSchema = {
  type: 'object',
  required: ['server'],
  properties: {
    server: {type: 'string', title: 'Server'},
    port: {type: 'integer', minimum: 1, maximum: 65535, default: 6697},
    useTls: {type: 'boolean', default: true},
    mode: {enum: ['polling', 'streaming'], default: 'polling'},
    channels: {type: 'array', items: {type: 'string'}},
    password: {type: 'string'},
    limits: {type: 'object', properties: {perMinute: {type: 'number'}, burst: {type: 'integer'}}},
    extra: {},
    userAgent: {type: 'string'},
  },
};
const kHints = {
  server: {label: 'Server', help: 'Where the channel listens.', placeholder: 'irc.example.org', order: 1},
  password: {label: 'Password', sensitive: true, order: 3},
  channels: {label: 'Channels', help: 'Which ones to join.', order: 2},
  userAgent: {label: 'User agent', advanced: true},
  extra: {label: 'Extra', advanced: true},
};

export const plugin = (id, changes = {}) => ({
  id, name: id, version: '1.0.0', description: `What ${id} does.`, origin: 'home', runtime: 'native', state: 'started', trust: 'reviewed',
  isolation: 'sandbox', enabled: true, diagnostics: [], capabilities: [], permissions: {network: [], files: [], exec: [], secrets: []}, config: {}, ...changes,
});

export const kPlugins = () => [
  plugin('irc', {name: 'IRC', version: '2.3.1', runtime: 'node', trust: 'untrusted', description: 'Talks in channels of IRC.',
    capabilities: [{kind: 'channel', id: 'irc'}, {kind: 'tool', id: 'irc_join'}, {kind: 'tool', id: 'irc_topic'}],
    permissions: {network: ['*'], files: ['workspace:read', 'workspace:write'], exec: [], secrets: ['IRC_PASSWORD']},
    process: {pid: 4711, memoryBytes: 61 * 1024 * 1024, cpuMs: 2300, upMs: 3_700_000, crashes: 1, sharedWith: ['weather']},
    configSchema: kSchema, uiHints: kHints,
    config: {server: 'irc.example.org', password: '[redacted]', channels: ['#chela', '#birds'], limits: {perMinute: 20}, unknownToTheSchema: {kept: true}}}),
  plugin('files', {name: 'Files', origin: 'bundled', trust: 'bundled', isolation: 'in-process', description: 'Reads and writes files.',
    capabilities: [{kind: 'tool', id: 'read_file'}, {kind: 'tool', id: 'write_file'}], permissions: {network: [], files: ['workspace:read', 'workspace:write'], exec: [], secrets: []}}),
  plugin('crashy', {name: 'Crashy', state: 'failed', diagnostics: [
    {severity: 'error', code: 'quarantined', message: 'its process ended 3 times in 5 minutes: killed by signal 11'},
    {severity: 'warning', code: 'ambiguous_default', message: 'several could answer by default'}]}),
  plugin('weather', {name: 'Weather', enabled: false, state: 'disabled', disabledBecause: 'plugins.entries.weather.enabled is false',
    configSchema: {type: 'object', properties: {}}}),
];

/** Answers /api/plugins of the pages of `context`. `asked` holds what came, `refuse` what a PUT is answered with. */
export class PluginsApi {
  plugins = kPlugins();
  asked = [];
  refuse = null;
  log = ['joined #chela', 'slow server'];

  answer = async route => {
    const request = route.request();
    const {pathname, searchParams} = new URL(request.url());
    const [, , , id, action] = pathname.split('/').map(decodeURIComponent);
    const method = request.method();
    const reply = (status, body) => route.fulfill({status, contentType: 'application/json', body: JSON.stringify(body)});
    const found = this.plugins.find(one => one.id === id);
    if (method !== 'GET') this.asked.push({method, path: pathname, body: request.postData() ? request.postDataJSON() : undefined});
    if (pathname === '/api/plugins') return reply(200, {lane: 'dynamic', plugins: this.plugins});
    if (id === 'rescan') return reply(200, {});
    if (!found) return reply(404, {error: {code: 'not_found', message: `no plugin ${id}`}});
    if (action === 'logs') return reply(200, {lines: this.log.map(message => ({time: 1e12, level: 'info', message})).slice(-Number(searchParams.get('lines')))});
    if (method === 'PUT' && this.refuse) return reply(422, this.refuse);
    if (method === 'PUT') found.config = {...request.postDataJSON(), ...request.postDataJSON().password ? {password: '[redacted]'} : {}};
    if (action === 'reload' && this.refuse) return reply(409, this.refuse);
    if (action === 'enable') Object.assign(found, {enabled: true, state: 'resolved', disabledBecause: undefined});
    if (action === 'disable') Object.assign(found, {enabled: false, state: 'disabled', disabledBecause: 'turned off here'});
    if (action === 'restart') Object.assign(found, {state: 'started', diagnostics: []});
    return reply(200, found);
  };

  attach = context => context.route(/\/api\/plugins/, this.answer);
}
