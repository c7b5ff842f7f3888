// Skills for programs, with the real programs: tmux, git, gh against a stand-in of GitHub's API, mosquitto's clients against
// mosquitto, and the machine itself.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {chmodSync, mkdirSync, unlinkSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {after, before, describe, it} from 'node:test';
import {atEnd, run, scratch, script, serve, textOf} from './bundled.mjs';

describe('tmux', () => {
  const server = `chela-test-${process.pid}`;
  const tmux = (...args) => run('tmux', ['-L', server, ...args]);
  const target = ['-L', server, '-t', 't:0.0'];
  before(async () => {
    const {code, stderr} = await tmux('-f', '/dev/null', 'new-session', '-d', '-s', 't', '-x', '200', '-y', '50', 'env PS1="ready> " sh');
    assert.equal(code, 0, stderr);
    assert.equal((await script('tmux/scripts/wait_for.sh', [...target, '-p', 'ready> '])).code, 0);
  });
  after(() => tmux('kill-server'));

  it('runs a command and tells its output from its echo, with its exit code', async () => {
    const done = await script('tmux/scripts/run.sh', [...target, "echo one; printf 'it'\\''s %s\\n' two # a remark"]);
    assert.deepEqual([done.code, done.stdout], [0, "one\nit's two\n"], done.stderr);
    const failed = await script('tmux/scripts/run.sh', [...target, 'echo no newline at the end | tr -d "\\n"; (exit 7)']);
    assert.deepEqual([failed.code, failed.stdout], [7, 'no newline at the end\n']);
    const long = await script('tmux/scripts/run.sh', [...target, 'seq 1 300; printf "%0250d\\n" 0']);
    assert.deepEqual(long.stdout.split('\n').slice(0, 300).map(Number), Array.from({length: 300}, (_, i) => i + 1));
    assert.equal(long.stdout.split('\n')[300], '0'.repeat(250));
  });

  it('says that a command still runs, and can stop it', async () => {
    const slow = await script('tmux/scripts/run.sh', [...target, '-s', '1', 'cat']);
    assert.deepEqual([slow.code, /still runs after 1 seconds/.test(slow.stderr)], [124, true]);
    await tmux('send-keys', '-t', 't:0.0', 'C-c');
    assert.deepEqual((await script('tmux/scripts/run.sh', [...target, 'echo back'])).stdout, 'back\n');
  });

  it('waits for what a program shows, and types into it', async () => {
    await tmux('send-keys', '-t', 't:0.0', '-l', '--', 'printf "name? "; read -r answer; echo "hello [$answer]"');
    await tmux('send-keys', '-t', 't:0.0', 'Enter');
    assert.equal((await script('tmux/scripts/wait_for.sh', [...target, '-e', '-p', '^name\\? '])).code, 0);
    await tmux('send-keys', '-t', 't:0.0', '-l', '--', 'Enter C-c');
    await tmux('send-keys', '-t', 't:0.0', 'Enter');
    assert.equal((await script('tmux/scripts/wait_for.sh', [...target, '-p', 'hello [Enter C-c]'])).code, 0);
  });

  it('gives up in time and refuses what is no pane', async () => {
    const late = await script('tmux/scripts/wait_for.sh', [...target, '-p', 'never seen', '-s', '1']);
    assert.deepEqual([late.code, /the screen is\n/.test(late.stderr)], [1, true]);
    assert.equal((await script('tmux/scripts/wait_for.sh', ['-L', server, '-t', 'nowhere', '-p', 'x'])).code, 2);
    assert.equal((await script('tmux/scripts/wait_for.sh', [...target, '-p', 'x', '-s', 'soon'])).code, 2);
  });
});

describe('software-developer', () => {
  const folder = scratch();
  const git = (...args) => run('git', ['-C', folder, '-c', 'user.name=T', '-c', 'user.email=t@example.org', ...args]);
  const survey = (...args) => script('software-developer/scripts/survey.sh', [folder, ...args], {env: {GIT_CONFIG_GLOBAL: '/dev/null'}});
  before(async () => {
    await git('init', '-q', '-b', 'main');
    mkdirSync(join(folder, 'tests'));
    writeFileSync(join(folder, 'package.json'), '{\n  "scripts": {\n    "test": "node --test"\n  }\n}\n');
    writeFileSync(join(folder, 'AGENTS.md'), 'Be kind.\n');
    writeFileSync(join(folder, 'tests/a.test.js'), '1;\n');
  });

  it('knows a repository without a commit, and one with', async () => {
    assert.equal((await survey()).code, 0);
    await git('add', '.');
    await git('commit', '-q', '-m', 'Begin');
    const {code, stdout, stderr} = await survey();
    assert.equal(code, 0, stderr);
    for (const part of ['## main', '1 js', 'package.json: test (node --test)', 'AGENTS.md', '1 tests', ': Begin']) assert.ok(stdout.includes(part), `${part} in ${stdout}`);
  });

  it('shows uncommitted changes and what a reviewer would stumble over', async () => {
    writeFileSync(join(folder, 'tests/a.test.js'), '1;\n2;\n');
    writeFileSync(join(folder, 'new.js'), 'x\n');
    const clean = await survey('--diff');
    assert.deepEqual([clean.code, clean.stdout.includes(' new: new.js'), clean.stdout.endsWith('== marks\nnone\n')], [0, true, true]);
    for (const line of ['console.log(1);', 'x = 1;  ', `key = "gh${'p'}_${'a'.repeat(36)}"`]) {
      writeFileSync(join(folder, 'tests/a.test.js'), `1;\n${line}\n`);
      assert.equal((await survey('--diff')).code, 1, line);
    }
  });

  it('says that a folder is no repository', async () => {
    assert.equal((await script('software-developer/scripts/survey.sh', [scratch()])).code, 2);
  });
});

describe('github', () => {
  const folder = scratch();
  const socket = join(folder, 'api.sock');
  const asked = [];
  const kIssue = {number: 12, title: 'It crashes', state: 'OPEN', updatedAt: '2026-05-01T00:00:00Z', labels: {nodes: [{name: 'bug'}]}};

  /** What GitHub documents, as far as the commands of the skill ask for it. */
  function answer(method, path, body) {
    if (path === '/graphql') {
      const query = body.query;
      if (query.includes('__type')) return {data: {Issue: {fields: []}, PullRequest: {fields: []}, StatusCheckRollupContextConnection: {fields: []}}};
      if (/issues\(/.test(query)) return {data: {repository: {hasIssuesEnabled: true, issues: {totalCount: 1, nodes: [kIssue], pageInfo: {hasNextPage: false}}}}};
      if (query.includes('reviewThreads')) return {data: {repository: {pullRequest: {reviewThreads: {nodes: [{isResolved: false, path: 'a.c', line: 3, comments: {nodes: []}}, {isResolved: true}]}}}}};
      if (query.includes('RepositoryInfo') || /hasIssuesEnabled/.test(query)) return {data: {repository: {id: 'R1', name: 'n', owner: {login: 'o'}, hasIssuesEnabled: true, viewerPermission: 'WRITE'}}};
      if (query.includes('createIssue')) return {data: {createIssue: {issue: {id: 'I1', url: 'https://github.com/o/n/issues/13'}}}};
      return {errors: [{message: `unexpected ${query.slice(0, 60)}`}]};
    }
    if (path === '/repos/o/n') return {stargazers_count: 5, license: {spdx_id: 'MIT'}, default_branch: 'main'};
    if (path.startsWith('/repos/o/n/compare/')) return {commits: [{sha: '0123456789abcdef', commit: {message: 'Mend it\n\nmore'}}]};
    if (path === '/repos/o/n/releases/latest') return {tag_name: 'v1', published_at: '2026-01-01T00:00:00Z', body: 'New'};
    if (path === '/rate_limit') return {resources: {core: {limit: 5000, remaining: 4999}}};
    return null;
  }
  before(async () => {
    const server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      const body = text ? JSON.parse(text) : null;
      asked.push({method: request.method, path: request.url, body, authorization: request.headers.authorization});
      const found = answer(request.method, request.url.split('?')[0].replace(/^\/api\/v3/, ''), body);
      response.writeHead(found ? 200 : 404, {'content-type': 'application/json; charset=utf-8'});
      response.end(JSON.stringify(found ?? {message: 'Not Found'}));
    });
    await new Promise(resolve => server.listen(socket, resolve));
    atEnd(() => server.close());
    mkdirSync(join(folder, 'config'));
    writeFileSync(join(folder, 'config/config.yml'), `http_unix_socket: ${socket}\n`);
  });
  const gh = (...args) => run('gh', args, {cwd: folder, env: {PATH: process.env.PATH, HOME: folder, GH_CONFIG_DIR: join(folder, 'config'), GH_TOKEN: 'test-token',
    GH_NO_UPDATE_NOTIFIER: '1', GH_PROMPT_DISABLED: '1', NO_COLOR: '1'}});

  it('reads as the skill says', async () => {
    const issues = await gh('issue', 'list', '-R', 'o/n', '--state', 'open', '--limit', '20', '--json', 'number,title,labels,updatedAt');
    assert.equal(issues.code, 0, issues.stderr);
    assert.equal(JSON.parse(issues.stdout)[0].title, 'It crashes');
    const facts = await gh('api', 'repos/o/n', '--jq', '{stars: .stargazers_count, license: .license.spdx_id, branch: .default_branch}');
    assert.deepEqual(JSON.parse(facts.stdout), {stars: 5, license: 'MIT', branch: 'main'});
    const commits = await gh('api', 'repos/o/n/compare/v1.0...main', '--jq', '.commits[] | .sha[0:8] + " " + (.commit.message | split("\\n")[0])');
    assert.equal(commits.stdout, '01234567 Mend it\n');
    assert.equal(asked.at(-1).authorization, 'token test-token');
    assert.match((await gh('api', 'rate_limit', '--jq', '.resources.core')).stdout, /4999/);
  });

  it('finds open threads of a review with the query of the reference', async () => {
    const query = /-f query='\n(.*?)' --jq '(.*?)'/s.exec(textOf('github', 'references/api.md'));
    const threads = await gh('api', 'graphql', '-F', 'owner=o', '-F', 'name=n', '-F', 'number=34', '-f', `query=${query[1]}`, '--jq', query[2]);
    assert.equal(threads.code, 0, threads.stderr);
    assert.deepEqual(JSON.parse(threads.stdout).path, 'a.c');
    assert.deepEqual(asked.at(-1).body.variables, {owner: 'o', name: 'n', number: 34});
  });

  it('writes long texts from a file', async () => {
    writeFileSync(join(folder, 'body.md'), 'Lines\nand `ticks`\n');
    const made = await gh('issue', 'create', '-R', 'o/n', '--title', 'New', '--body-file', 'body.md');
    assert.equal(made.code, 0, made.stderr);
    assert.equal(asked.find(one => one.body?.query?.includes('createIssue')).body.variables.input.body, 'Lines\nand `ticks`\n');
  });

  it('names only commands and options that gh has', async () => {
    const commands = [textOf('github'), textOf('github', 'references/api.md')].flatMap(text => [...text.matchAll(/^gh ((?:[a-z]+ ?){1,2}).*$/gm)]);
    assert.ok(commands.length > 15);
    for (const [line, words] of commands) {
      const path = words.trim().split(' ').slice(0, /^api/.test(words) ? 1 : 2);
      const {stdout, code} = await gh(...path, '--help');
      assert.equal(code, 0, line);
      for (const [, option] of line.replace(/'[^']*'|"[^"]*"/g, "''").matchAll(/ (--[a-z-]+)/g)) assert.ok(stdout.includes(option), `${option} of ${line}`);
    }
  });
});

describe('mqtt-operator', () => {
  const folder = scratch();
  let broker;
  let port;
  before(async () => {
    const free = await serve(() => undefined);
    port = free.server.address().port;
    await new Promise(resolve => free.server.close(resolve));
    const words = join(folder, 'words');
    assert.equal((await run('mosquitto_passwd', ['-b', '-c', words, 'me', 'sesame'])).code, 0);
    chmodSync(words, 0o644);
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'broker.conf'), `listener ${port} 127.0.0.1\nallow_anonymous false\npassword_file ${words}\n`);
    broker = spawn('mosquitto', ['-v', '-c', join(folder, 'broker.conf')], {stdio: ['ignore', 'ignore', 'pipe']});
    const lines = createInterface({input: broker.stderr});
    await new Promise((resolve, reject) => {
      lines.on('line', line => { if (line.includes('running')) resolve(); });
      broker.once('exit', code => reject(new Error(`mosquitto ended with ${code}`)));
    });
  });
  after(() => broker?.kill());
  const mqtt = (args, env = {}) => script('mqtt-operator/scripts/mqtt.sh', args, {env: {MQTT_HOST: `127.0.0.1:${port}`, MQTT_USER: 'me', MQTT_PASSWORD: 'sesame', TMPDIR: folder, ...env}});

  it('publishes, reads what is retained, and lists topics', async () => {
    assert.deepEqual((await mqtt(['publish', 'home/kitchen/state', '{"on": true}', '--retain'])).stdout, 'published to home/kitchen/state\n');
    await mqtt(['publish', 'home/hall/state', 'two words', '--retain', '--qos', '1']);
    assert.equal((await mqtt(['read', 'home/kitchen/#', '--count', '1'])).stdout, 'home/kitchen/state\t{"on": true}\n');
    assert.deepEqual((await mqtt(['read', 'home/#', '--seconds', '1'])).stdout.trim().split('\n').sort(), ['home/hall/state\ttwo words', 'home/kitchen/state\t{"on": true}']);
    assert.deepEqual((await mqtt(['topics', 'home/#', '--seconds', '1'])).stdout, '1\thome/hall/state\n1\thome/kitchen/state\n');
  });

  it('waits for the answer to what it publishes', async () => {
    const {code, stdout, stderr} = await mqtt(['publish', 'lamp/set', 'ON', '--answer', 'lamp/set', '--seconds', '5']);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'published to lamp/set\nlamp/set\tON\n');
    assert.equal((await mqtt(['publish', 'lamp/set', 'ON', '--answer', 'other', '--seconds', '1'])).code, 27);
  });

  it('says what is wrong, and leaves no password behind', async () => {
    assert.equal((await mqtt(['read', 'silent/#', '--seconds', '1'])).code, 27);
    assert.equal((await mqtt(['read', 'home/#', '--seconds', '1'], {MQTT_PASSWORD: 'wrong'})).code, 1);
    assert.equal((await mqtt(['publish', 'home/#', 'x'])).code, 2);
    assert.equal((await mqtt(['read', 'x'], {MQTT_HOST: ''})).code, 2);
    const left = await run('grep', ['-rl', '--include=mosquitto_*', 'sesame', folder]);
    assert.equal(left.stdout, '');
  });
});

describe('healthcheck', () => {
  const folder = scratch();
  const health = async (...args) => {
    const {code, stdout, stderr} = await script('healthcheck/scripts/health.py', ['--json', '--state', folder, ...args]);
    assert.equal(stderr, '');
    return {code, ...JSON.parse(stdout)};
  };
  const says = (report, check) => report.checks.filter(one => one.check === check);

  it('checks everything on this machine', async () => {
    const report = await health('--gateway', 'http://127.0.0.1:1');
    assert.deepEqual([...new Set(report.checks.map(one => one.check))], ['disk', 'memory', 'load', 'ports', 'services', 'updates', 'state', 'clock', 'gateway'].filter(name => says(report, name).length > 0));
    assert.equal(report.code, 2);
    assert.match(says(report, 'memory')[0].says, /% of [\d.]+ GiB available/);
    assert.deepEqual(says(report, 'gateway').map(one => one.level), ['bad']);
    assert.ok(!report.checks.some(one => one.says.startsWith('could not be checked')), JSON.stringify(report.checks));
  });

  it('sees ports that are open to the network, and those that are not', async () => {
    const server = createServer();
    await new Promise(resolve => server.listen(0, '0.0.0.0', resolve));
    const inside = createServer();
    await new Promise(resolve => inside.listen(0, '127.0.0.1', resolve));
    const {checks} = await health('--only', 'ports');
    assert.ok(checks.some(one => one.level === 'look' && one.says.includes(`port ${server.address().port} is open to the network on 0.0.0.0: node`)
      || one.says.includes(`port ${server.address().port} `)), JSON.stringify(checks));
    assert.ok(!checks.some(one => one.says.includes(`port ${inside.address().port} `)));
    server.close();
    inside.close();
  });

  it('sees a gateway that answers, and files that others may read', async () => {
    const service = await serve(({path}) => path === '/healthz' ? [200, {status: 'ok'}] : undefined);
    assert.deepEqual((await health('--only', 'gateway', '--gateway', `${service.url}/`)).level, 'ok');
    assert.equal((await health('--only', 'state')).level, 'ok');
    const file = join(folder, 'chela.json');
    writeFileSync(file, '{}');
    chmodSync(file, 0o644);
    const open = await health('--only', 'state');
    assert.deepEqual([open.code, open.checks[0].says.includes('chela.json (0644)')], [2, true]);
    unlinkSync(file);
    assert.equal((await health('--only', 'state', '--backup', folder)).level, 'bad');
    writeFileSync(join(folder, 'dump'), 'x', {mode: 0o600});
    assert.equal((await health('--only', 'state', '--backup', folder)).level, 'ok');
  });
});

it('skill-creator finds what makes a skill worse', async () => {
  const folder = join(scratch(), 'good-name');
  mkdirSync(join(folder, 'scripts'), {recursive: true});
  const write = text => writeFileSync(join(folder, 'SKILL.md'), text);
  const check = async (...args) => script('skill-creator/scripts/check_skill.py', [folder, ...args]);
  const head = (changes = {}) => `---\n${Object.entries({name: 'good-name', description: 'Does it. Use when asked.', ...changes}).map(([key, value]) => `${key}: ${value}`).join('\n')}\n---\n`;
  for (const [text, problem] of [
    ['# No head', /does not begin with a head/], [head({name: 'Bad_Name'}) + 'x', /name "Bad_Name"/], [head({name: 'other'}) + 'x', /differs from the folder/],
    [head({description: 'one: two, use when'}) + 'x', /put it into quotes/], [head({description: 'x'.repeat(1025)}) + 'x', /1025 characters/],
    [head({description: 'a <b> when'}) + 'x', /holds < or >/], [head(), /no instructions/], [head() + '[a](references/no.md)', /no such file/],
    [head() + 'scripts/no.py', /is named and is not there/], [head() + 'x\n'.repeat(600), /at most 500/], [head({metadata: '{"openclaw":'}) + 'x', /all requirements are lost/]]) {
    write(text);
    const {code, stdout} = await check();
    assert.equal(code, 1, text.slice(0, 80));
    assert.match(stdout, problem);
  }
  write(head() + 'Run scripts/a.py.');
  writeFileSync(join(folder, 'scripts/a.py'), '');
  assert.match((await check()).stdout, /name its interpreter/);
  assert.equal((await check('--strict')).code, 1);
  write(head() + 'Run `python3 scripts/a.py`.');
  assert.deepEqual(await check('--strict'), {code: 0, stdout: `${folder}: good\n`, stderr: ''});
});
