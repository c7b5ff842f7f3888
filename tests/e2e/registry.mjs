// An npm registry for one test: packuments, tarballs and search over packages that the real `npm pack` made.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { defer } from './scope.mjs';

export function writeFiles(folder, files) {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
  }
  return folder;
}

export class Registry {
  packages = new Map(); // name: { versions, tags }
  tarballs = new Map(); // path: bytes
  requests = [];

  static async start(t) {
    const registry = new Registry();
    registry.work = mkdtempSync(join(tmpdir(), 'chela-registry-'));
    registry.server = createServer((request, response) => registry.answer(request, response));
    await new Promise((resolve) => registry.server.listen(0, '127.0.0.1', resolve));
    const { port } = registry.server.address();
    registry.url = `http://127.0.0.1:${port}`;
    defer(t, () => {
      rmSync(registry.work, { recursive: true });
      registry.server.closeAllConnections();
      return new Promise((resolve) => registry.server.close(resolve));
    });
    return registry;
  }

  // Publishes `files`, package.json among them, with npm's own archive of it.
  publish(files, { tag = 'latest' } = {}) {
    const { name, version } = files['package.json'];
    const folder = writeFiles(mkdtempSync(join(this.work, 'package-')), files);
    const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', folder], { cwd: this.work, stdio: 'pipe' });
    const bytes = readFileSync(join(this.work, JSON.parse(packed)[0].filename));
    return this.add(files['package.json'], bytes, { tag, integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}` });
  }

  add(manifest, bytes, { tag, integrity }) {
    const { name, version } = manifest;
    const path = `/${name}/-/${name.split('/').pop()}-${version}.tgz`;
    const known = this.packages.get(name) ?? { name, 'dist-tags': {}, versions: {} };
    known.versions[version] = { ...manifest, dist: { tarball: this.url + path, integrity } };
    known['dist-tags'][tag] = version;
    this.packages.set(name, known);
    this.tarballs.set(path, bytes);
    return path;
  }

  answer(request, response) {
    this.requests.push(request.url);
    const send = (status, body, type = 'application/json') => {
      response.writeHead(status, { 'content-type': type }).end(body);
    };
    const { pathname, searchParams } = new URL(request.url, this.url);
    const path = decodeURIComponent(pathname).replace(/^\/api\/npm/, '');
    if (path === '/-/v1/search') return send(200, JSON.stringify({ objects: this.search(searchParams.get('text')) }));
    if (this.tarballs.has(path)) return send(200, this.tarballs.get(path), 'application/octet-stream');
    const found = this.packages.get(path.slice(1));
    return found ? send(200, JSON.stringify(found)) : send(404, '{}');
  }

  search(text) {
    const keywords = /keywords:(\S+)/.exec(text)[1].split(',');
    const words = text.replace(/keywords:\S+/, '').trim();
    return [...this.packages.values()]
      .map(({ versions, 'dist-tags': tags }) => versions[tags.latest])
      .filter((one) => one.keywords?.some((keyword) => keywords.includes(keyword)) && one.name.includes(words))
      .map(({ name, version, description }) => ({ package: { name, version, description } }));
  }
}

// An upstream plugin, as people publish them: with a dependency, and a script that must not run.
export function upstreamPlugin(version, canary, more = {}) {
  return {
    'package.json': {
      name: '@maker/openclaw-search', version, description: 'Searches', keywords: ['openclaw-plugin'],
      openclaw: { extensions: ['./index.js'], compat: { pluginApi: '>=2026.3.1' } },
      scripts: { preinstall: `touch ${canary}`, postinstall: `touch ${canary}` },
      dependencies: { 'left-dep': '^1.0.0' }, ...more,
    },
    'openclaw.plugin.json': { id: 'search', configSchema: { type: 'object' }, contracts: { tools: ['search_web'] } },
    'index.js': 'export default { register() {} };\n',
    '.npmrc': `ignore-scripts=false\nregistry=http://127.0.0.1:1/\n`,
  };
}

export function dependency(canary, version = '1.0.3') {
  return {
    'package.json': { name: 'left-dep', version, bin: { sh: './sh.js' }, scripts: { install: `touch ${canary}` } },
    'index.js': 'module.exports = 1;\n',
    'sh.js': '#!/usr/bin/env node\n',
  };
}
