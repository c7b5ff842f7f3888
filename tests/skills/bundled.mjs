// The bundled skills as folders, and their scripts as processes.

import {execFile} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {dirname, extname, join} from 'node:path';
import {after} from 'node:test';
import {fileURLToPath} from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const folderOf = name => join(root, 'skills', name);
export const names = readdirSync(join(root, 'skills')).filter(name => statSync(folderOf(name)).isDirectory()).sort();
const chelaProgram = join(process.env.CHELA_BUILD_DIR ?? join(root, 'build/dev'), 'bin/chela');
const closers = []; // run after all tests of the file, wherever they were asked for
after(() => closers.reverse().forEach(close => close()));

const kInterpreters = {'.py': 'python3', '.sh': 'sh', '.mjs': 'node'};

/** {code, stdout, stderr} of a program that is not asked for anything. */
export function run(program, args, {input = '', ...options} = {}) {
  return new Promise(resolve => {
    const child = execFile(program, args, {timeout: 60_000, maxBuffer: 64 << 20, ...options}, (error, stdout, stderr) =>
      resolve({code: error ? error.code ?? 'killed' : 0, stdout, stderr}));
    child.stdin.on('error', () => {}); // it has ended without reading
    child.stdin.end(input);
  });
}

export const chela = (...args) => run(process.env.CHELA_BIN ?? chelaProgram, ['skills', ...args]);

/** A script of a skill, as its SKILL.md says to run it. */
export function script(path, args, {env = {}, ...options} = {}) {
  const clean = {PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1', ...env};
  return run(kInterpreters[extname(path)], [join(root, 'skills', path), ...args], {env: clean, ...options});
}

export const filesOf = name => readdirSync(folderOf(name), {recursive: true, withFileTypes: true})
  .filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name).slice(folderOf(name).length + 1)).sort();
export const textOf = (name, file = 'SKILL.md') => readFileSync(join(folderOf(name), file), 'utf8');

export const atEnd = close => closers.push(close);

/** A folder that is gone after the tests of the file. */
export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), 'chela-skill-'));
  closers.push(() => rmSync(folder, {recursive: true, force: true}));
  return folder;
}

/**
 * A service on this machine. `answer({method, path, query, headers, body})` yields [status, body, headers]; a body that is no
 * text is sent as JSON. {url, asked}: `asked` holds every request.
 */
export async function serve(answer) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const url = new URL(request.url, 'http://localhost');
    const one = {method: request.method, path: url.pathname, query: Object.fromEntries(url.searchParams), headers: request.headers,
      body: text && request.headers['content-type']?.includes('json') ? JSON.parse(text) : text};
    asked.push(one);
    const [status, body = '', headers = {}] = answer(one) ?? [404, {message: 'no such thing'}];
    const isText = typeof body === 'string';
    response.writeHead(status, {'content-type': isText ? 'text/plain' : 'application/json', ...headers});
    response.end(isText ? body : JSON.stringify(body));
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  return {url: `http://127.0.0.1:${server.address().port}`, asked, server};
}
