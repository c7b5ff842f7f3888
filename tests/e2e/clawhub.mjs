// A registry of skills for one test: it serves ClawHub's documented interface from files that the test publishes, with
// archives as the registry makes them. `break` lets a test spoil an answer.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { crc32, deflateRawSync } from 'node:zlib';
import { defer } from './scope.mjs';

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

// A zip of [name, bytes] pairs, as its author wrote it: names are taken as they are.
export function zipOf(entries) {
  const locals = [];
  const directory = [];
  let offset = 0;
  for (const [name, content, mode = 0] of entries) {
    const bytes = Buffer.from(content);
    const packed = deflateRawSync(bytes, { level: 6 });
    const path = Buffer.from(name);
    const common = Buffer.alloc(26); // from the version needed on: method 8, 1980-01-01, UTF-8 names
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(path.length, 22);
    locals.push(Buffer.from('PK\x03\x04'), common, path, packed);
    const end = Buffer.alloc(14);
    end.writeUInt32LE((mode << 16) >>> 0, 6);
    end.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, mode ? 3 : 0]), common, end, path]));
    offset += 30 + path.length + packed.length;
  }
  const listing = Buffer.concat(directory);
  const tail = Buffer.alloc(22);
  tail.write('PK\x05\x06', 0, 'latin1');
  tail.writeUInt16LE(entries.length, 8);
  tail.writeUInt16LE(entries.length, 10);
  tail.writeUInt32LE(listing.length, 12);
  tail.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, listing, tail]);
}

const byName = ([a], [b]) => a.localeCompare(b);
const hashed = (files) => Object.entries(files).sort(byName).map(([path, content]) => ({ path, size: Buffer.byteLength(content), sha256: sha256(content), contentType: 'text/plain' }));
const fingerprint = (files) => sha256(hashed(files).map(({ path, sha256: hash }) => `${path}:${hash}`).join('\n'));
const contentHash = (files) => sha256(hashed(files).map(({ path, size, sha256: hash }) => `${path}\0${size}\0${hash}`).join('\n'));

export function skillText(name, body = 'Say how the weather is.', more = '') {
  return `---\nname: ${name}\ndescription: says how the weather is\n${more}---\n# ${name}\n\n${body}\n`;
}

export class ClawHub {
  skills = []; // { owner, slug, versions: [{ version, files, security, createdAt }], moderation, github }
  requests = []; // { method, url, authorization }
  break = {}; // route: (answer) => answer, or a function of (request, response) when it has two parameters

  static async start(t) {
    const hub = new ClawHub();
    hub.server = createServer((request, response) => hub.receive(request, response));
    await new Promise((resolve) => hub.server.listen(0, '127.0.0.1', resolve));
    hub.url = `http://127.0.0.1:${hub.server.address().port}`;
    defer(t, () => {
      hub.server.closeAllConnections();
      return new Promise((resolve) => hub.server.close(resolve));
    });
    return hub;
  }

  publish({ owner = 'ada', slug, version = '1.0.0', files, security = { status: 'clean', passed: true }, moderation = null, summary = 'A skill' }) {
    let skill = this.skills.find((one) => one.owner === owner && one.slug === slug);
    if (!skill) this.skills.push((skill = { owner, slug, versions: [], summary }));
    skill.versions.push({ version, files, security, createdAt: 1_700_000_000_000 + skill.versions.length });
    skill.moderation = moderation;
    return skill;
  }

  publishGitHub({ owner = 'ada', slug, repo = `${owner}/skills`, path = `skills/${slug}`, commit = 'c'.repeat(40), files, external = false, others = {} }) {
    const archive = zipOf([
      [`${repo.split('/')[1]}-${commit}/README.md`, 'A repository.'],
      ...Object.entries(others).map(([name, [content, mode]]) => [`${repo.split('/')[1]}-${commit}/${name}`, content, mode]),
      ...Object.entries(files).map(([name, content]) => [`${repo.split('/')[1]}-${commit}/${path}/${name}`, content]),
    ]);
    const github = { repo, path, commit, contentHash: contentHash(files), sourceUrl: `https://github.com/${repo}/tree/${commit}/${path}`, archive, external };
    this.skills = this.skills.filter((one) => one.owner !== owner || one.slug !== slug);
    this.skills.push({ owner, slug, versions: [], moderation: null, summary: 'Elsewhere', github });
    return github;
  }

  receive(request, response) {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => this.answer(request, response, Buffer.concat(chunks).toString()));
  }

  answer(request, response, body) {
    this.requests.push({ method: request.method, url: request.url, authorization: request.headers.authorization });
    const url = new URL(request.url, this.url);
    const [route, reply] = this.route(request.method, url, body);
    const spoil = this.break[route];
    if (spoil?.length === 2) return spoil(request, response);
    const { status = 200, json, text, bytes } = spoil ? spoil(reply) : reply;
    if (json) return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    if (bytes) return response.writeHead(status, { 'content-type': 'application/zip' }).end(bytes);
    return response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text ?? '');
  }

  find(slug, owner) {
    const found = this.skills.filter((one) => one.slug === slug.toLowerCase() && (!owner || one.owner === owner));
    return found.length === 1 ? found[0] : undefined;
  }

  route(method, url, body) {
    const query = (name) => url.searchParams.get(name) ?? '';
    const parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
    if (url.pathname.startsWith('/.well-known/')) return ['well-known', { status: 404, text: 'Not found' }];
    if (parts.length === 4 && parts[2] === 'zip') return ['codeload', this.codeload(parts)];
    if (parts[0] !== 'api' || parts[1] !== 'v1') return ['none', { status: 404, text: 'Not found' }];
    const rest = parts.slice(2);
    if (rest[0] === 'search') return ['search', { json: { results: this.search(query('q'), query('limit')) } }];
    if (rest[0] === 'trending') return ['trending', { json: { items: this.skills.map((skill) => this.row(skill)) } }];
    if (rest[0] === 'resolve') return ['resolve', this.resolve(this.find(query('slug'), query('ownerHandle')), query('hash'))];
    if (rest[0] === 'download') return ['download', this.download(this.find(query('slug'), query('ownerHandle')), query('version'))];
    if (rest[0] === 'agent-skills') return this.agentSkills(rest, query);
    if (rest[0] !== 'skills') return ['none', { status: 404, text: 'Not found' }];
    if (rest.length === 1) return ['list', this.list(query)];
    if (rest[1] === '-' && rest[2] === 'security-verdicts') return ['verdicts', this.verdicts(method, JSON.parse(body))];
    const skill = this.find(rest[1], query('ownerHandle'));
    if (rest[2] === 'install') return ['install', this.install(rest[1], skill, query('reference'), query('ownerHandle'))];
    if (!skill) return ['detail', { status: 404, text: 'Skill not found' }];
    if (rest[2] === 'versions') return rest[3] ? ['version', this.version(skill, rest[3])] : ['versions', this.versions(skill)];
    if (rest[2] === 'verify') return ['verify', { status: 404, text: 'No card' }];
    return rest.length === 2 ? ['detail', this.detail(skill)] : ['none', { status: 404, text: 'Not found' }];
  }

  latest(skill) {
    return skill.versions.at(-1);
  }

  row(skill) {
    const version = this.latest(skill)?.version ?? null;
    const external = skill.github?.external;
    const reference = external ? `skills-sh:${skill.github.repo}/${skill.slug}` : `@${skill.owner}/${skill.slug}`;
    return {
      score: 1, slug: skill.slug, displayName: skill.slug, summary: skill.summary, version, downloads: 3, updatedAt: 1_700_000_000_000,
      ownerHandle: skill.owner, owner: { handle: skill.owner, displayName: skill.owner, image: null },
      source: external ? 'skills-sh' : 'clawhub', install: { kind: external ? 'skills-sh' : 'clawhub', reference, sourceUrl: null },
    };
  }

  search(words, limit) {
    return this.skills.filter(({ slug }) => slug.includes(words)).slice(0, Number(limit) || 25).map((skill) => this.row(skill));
  }

  list(query) {
    const limit = Number(query('limit')) || 50;
    const from = Number(query('cursor')) || 0;
    const found = this.skills.filter(({ slug }) => slug.startsWith(query('prefix')));
    const items = found.slice(from, from + limit).map((skill) => ({
      slug: skill.slug, displayName: skill.slug, summary: skill.summary, topics: [], tags: { latest: this.latest(skill)?.version ?? '' },
      stats: {}, createdAt: 1, updatedAt: 1, latestVersion: this.latest(skill) ? { version: this.latest(skill).version, createdAt: 1, changelog: '' } : null,
      metadata: null,
    }));
    return { json: { items, nextCursor: from + limit < found.length ? String(from + limit) : null } };
  }

  detail(skill) {
    const latest = this.latest(skill);
    return {
      json: {
        skill: { slug: skill.slug, displayName: skill.slug, summary: skill.summary, tags: {}, stats: {}, createdAt: 1, updatedAt: 1 },
        latestVersion: latest ? { version: latest.version, createdAt: latest.createdAt, changelog: '' } : null,
        metadata: null, owner: { handle: skill.owner, displayName: skill.owner, image: null }, moderation: skill.moderation,
      },
    };
  }

  versions(skill) {
    return { json: { items: skill.versions.map(({ version, createdAt }) => ({ version, createdAt, changelog: '' })), nextCursor: null } };
  }

  version(skill, number) {
    const found = skill.versions.find(({ version }) => version === number);
    if (!found) return { status: 404, text: 'Version not found' };
    return {
      json: {
        skill: { slug: skill.slug, displayName: skill.slug },
        version: { version: number, createdAt: found.createdAt, changelog: '', license: 'MIT-0', files: hashed(found.files), security: found.security },
      },
    };
  }

  install(slug, skill, reference, ownerHandle) {
    const refuse = (status, reason, message) => ({ status, json: { ok: false, slug, reason, message, status } });
    if (!skill) return { status: 404, text: 'Skill not found' };
    if (skill.github) {
      const { archive, external, ...github } = skill.github;
      if (external !== Boolean(reference)) return refuse(409, 'github_source_missing', 'ask by its reference');
      const trust = external ? { trust: { state: 'not-scanned-by-clawhub', clawhubScan: 'unscanned', label: 'Not scanned by ClawHub' } } : {};
      return { json: { ok: true, slug, installKind: 'github', github, ...trust } };
    }
    const version = this.latest(skill)?.version;
    if (!version) return refuse(409, 'archive_version_missing', 'no version');
    const owner = ownerHandle ? `&ownerHandle=${ownerHandle}` : '';
    return { json: { ok: true, slug: skill.slug, installKind: 'archive', archive: { version, downloadUrl: `${this.url}/api/v1/download?slug=${skill.slug}${owner}&version=${version}` } } };
  }

  // With what the registry adds to its own archives.
  download(skill, number) {
    const found = skill?.versions.find(({ version }) => version === number) ?? (number ? undefined : skill && this.latest(skill));
    if (!found) return { status: 404, text: 'Version not found' };
    if (found.security.status === 'malicious') return { status: 403, text: 'Blocked: this skill is malicious' };
    const meta = JSON.stringify({ ownerId: 'user1', slug: skill.slug, version: found.version, publishedAt: found.createdAt }, null, 2);
    return { bytes: zipOf([...Object.entries(found.files).sort(byName), ['_meta.json', meta]]) };
  }

  normalized(found) {
    const names = Object.keys(found.files);
    const marker = names.find((name) => name === 'SKILL.md') ?? names.find((name) => /^skills?\.md$/i.test(name));
    const files = Object.entries(found.files).filter(([name]) => name !== marker);
    return zipOf([...files, ['SKILL.md', found.files[marker]]].sort(byName));
  }

  agentSkills([, owner, slug, action], query) {
    const skill = this.find(slug, owner);
    if (!skill || !skill.versions.length) return ['index', { status: 404, text: 'Skill not found' }];
    if (action === 'archive') {
      const found = skill.versions.find(({ version }) => version === query('version'));
      return ['archive', found ? { bytes: this.normalized(found) } : { status: 404, text: 'Not found' }];
    }
    const latest = this.latest(skill);
    const url = `${this.url}/api/v1/agent-skills/${owner}/${slug}/archive?version=${latest.version}`;
    const entry = { name: slug, type: 'archive', description: skill.summary, url, digest: `sha256:${sha256(this.normalized(latest))}` };
    return ['index', { json: { $schema: 'https://schemas.agentskills.io/discovery/0.2.0/schema.json', skills: [entry] } }];
  }

  resolve(skill, hash) {
    if (!skill) return { status: 404, text: 'Skill not found' };
    const match = skill.versions.find(({ files }) => fingerprint(files) === hash);
    const latest = this.latest(skill);
    return { json: { slug: skill.slug, match: match ? { version: match.version } : null, latestVersion: latest ? { version: latest.version } : null } };
  }

  verdicts(method, { items }) {
    if (method !== 'POST') return { status: 405, text: 'Method not allowed' };
    return {
      json: {
        schema: 'clawhub.skill.security-verdicts.v1',
        items: items.map(({ slug, ownerHandle, version }) => {
          const skill = this.find(slug, ownerHandle);
          const found = skill?.versions.find((one) => one.version === version);
          const asked = { requestedSlug: slug, ...(ownerHandle ? { requestedOwnerHandle: ownerHandle } : {}), requestedVersion: version };
          if (!found) {
            return { ...asked, ok: false, decision: 'fail', reasons: ['skill.not_found'], slug, version: null, publisherHandle: null, security: null,
              error: { code: 'skill_not_found', message: 'Skill not found' } };
          }
          const { passed, status } = found.security;
          const page = `${this.url}/${skill.owner}/skills/${slug}`;
          return {
            ...asked, ok: passed, decision: passed ? 'pass' : 'fail', reasons: passed ? [] : [`security.${status}`], slug: skill.slug, displayName: skill.slug,
            publisherHandle: skill.owner, publisherDisplayName: skill.owner, version, createdAt: 1, checkedAt: 1, skillUrl: page,
            securityAuditUrl: `${page}/security-audit?version=${version}`, overview: `Looked at: ${status}.`, security: { status, passed, signals: [] },
          };
        }),
      },
    };
  }

  codeload([owner, repo, , commit]) {
    const skill = this.skills.find(({ github }) => github && github.repo === `${owner}/${repo}` && github.commit === commit);
    return skill ? { bytes: skill.github.archive } : { status: 404, text: 'Not found' };
  }
}
