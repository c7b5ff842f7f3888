// The skills inside the package openclaw, as upstream's own loader reads them and as `chela skills inspect` does: every member
// of every line, and what the model reads.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const chela = join(root, 'build', process.env.CHELA_PRESET ?? 'dev', 'bin', 'chela');
const openclaw = realpathSync(fileURLToPath(new URL('node_modules/openclaw', import.meta.url)));
const edges = join(root, 'tests/kernel/runtime/skills/edge_cases.jsonl');
const home = mkdtempSync(join(tmpdir(), 'chela-skills-'));

/** Upstream's functions by the source files whose names stand in its bundles. */
const WANTED = {
  loadSingleSkillDirectory: 'src/skills/loading/local-loader.ts',
  resolveSkillManifestMetadata: 'src/skills/loading/frontmatter.ts',
  resolveSkillInvocationPolicy: 'src/skills/loading/frontmatter.ts',
  shouldIncludeSkill: 'src/skills/loading/config.ts',
  prepareSkillsForPrompt: 'src/skills/loading/skill-prompt-limits.ts',
};

const importUpstream = async () => {
  // Skills may ask for any variable: none of this process may count.
  for (const name of Object.keys(process.env)) if (name !== 'PATH') delete process.env[name];
  Object.assign(process.env, { HOME: home, OPENCLAW_STATE_DIR: join(home, '.openclaw'), OPENCLAW_LOG_LEVEL: 'silent' });
  const found = {};
  for (const name of readdirSync(join(openclaw, 'dist')).filter((one) => one.endsWith('.mjs'))) {
    const file = join(openclaw, 'dist', name);
    const text = readFileSync(file, 'utf8');
    for (const [wanted, source] of Object.entries(WANTED)) {
      if (!text.includes(`//#region ${source}`) || !text.includes(`function ${wanted}(`)) continue;
      const exported = new RegExp(`export \\{[^}]*\\b${wanted}(?: as (\\w+))?\\b`).exec(text);
      if (exported) found[wanted] = (await import(pathToFileURL(file).href))[exported[1] ?? wanted];
    }
  }
  for (const wanted of Object.keys(WANTED)) assert.equal(typeof found[wanted], 'function', `${wanted} of upstream`);
  return found;
};

const skillDirectories = (top) =>
  readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === 'SKILL.md')
    .map((entry) => entry.parentPath)
    .filter((directory) => !relative(top, directory).split('/').includes('node_modules'));

/** What upstream makes of one directory, in the form of our lines. */
const upstreamLine = (upstream, directory, bins) => {
  let problem;
  const loaded = upstream.loadSingleSkillDirectory({
    skillDir: directory,
    source: 'openclaw-workspace',
    rootRealPath: realpathSync(directory),
    maxBytes: 256_000,
    rejectHardlinks: false,
    onDiagnostic: (diagnostic) => (problem = diagnostic),
  });
  if (!loaded) return { line: { ok: false, error: { kind: problem.kind, message: problem.message } } };
  const { skill, frontmatter } = loaded;
  const metadata = upstream.resolveSkillManifestMetadata(frontmatter);
  const invocation = upstream.resolveSkillInvocationPolicy(frontmatter);
  const entry = { skill, frontmatter, metadata, invocation };
  const eligible = upstream.shouldIncludeSkill({ entry, config: {}, hasBin: (bin) => bins.includes(bin), platform: 'linux' });
  const { name, description, displayName, contentHash } = skill;
  const line = { ok: true, name, description, displayName, contentHash, skillKey: metadata?.skillKey ?? name, ...invocation };
  return { line: { ...line, metadata: metadata ?? null, eligible, frontmatter }, skill: eligible && !invocation.disableModelInvocation ? skill : null };
};

const BINS = ['git', 'curl', 'gh', 'op', 'tmux', 'ffmpeg', 'python3'];
const COMPARED = ['ok', 'name', 'description', 'displayName', 'contentHash', 'skillKey', 'userInvocable', 'disableModelInvocation', 'metadata', 'eligible', 'frontmatter'];

const inspect = (top) => {
  const flags = BINS.flatMap((bin) => ['--bin', bin]);
  const out = execFileSync(chela, ['skills', 'inspect', '--root', top, '--parity', '--prompt', '--json', ...flags], { env: { HOME: home }, maxBuffer: 1 << 28 });
  return out.toString().trim().split('\n').map((line) => JSON.parse(line));
};

describe("skills as upstream's loader reads them", () => {
  let upstream;
  before(async () => {
    upstream = await importUpstream();
  });
  after(() => rmSync(home, { recursive: true, force: true }));

  for (const folder of ['skills', 'custodian-skills', 'dist']) {
    it(`those in ${folder} of openclaw`, () => {
      const top = join(openclaw, folder);
      const directories = skillDirectories(top);
      const lines = inspect(top);
      const prompt = lines.pop();
      assert.ok(lines.length > 0);
      assert.deepEqual(lines.map((line) => line.dir).sort(), directories.map((directory) => relative(top, directory) || '.').sort());
      const visible = [];
      for (const ours of lines) {
        const { line, skill } = upstreamLine(upstream, join(top, ours.dir), BINS);
        if (skill) visible.push(skill);
        const theirs = JSON.parse(JSON.stringify(line));
        for (const member of COMPARED) assert.deepEqual(ours[member], theirs[member], `${member} of ${ours.dir}`);
        if (!ours.ok) assert.deepEqual(ours.error, theirs.error);
      }
      assert.equal(prompt.prompt, upstream.prepareSkillsForPrompt({ skills: visible }).prompt);
      assert.equal(prompt.of, visible.length);
    });
  }

  it('the vectors of our own tests are what upstream says today', () => {
    for (const text of readFileSync(edges, 'utf8').trim().split('\n')) {
      const { id, input, input_base64: encoded, expect } = JSON.parse(text);
      const directory = join(home, 'vectors', id);
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, 'SKILL.md'), encoded ? Buffer.from(encoded, 'base64') : input);
      const theirs = JSON.parse(JSON.stringify(upstreamLine(upstream, directory, []).line));
      for (const member of COMPARED.filter((one) => one in expect)) assert.deepEqual(theirs[member], expect[member], `${member} of ${id}`);
    }
  });
});
