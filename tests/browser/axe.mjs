import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';

const kAxe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Serious and critical findings, each with the elements it means. */
export async function seriousFindings(page) {
  await page.waitForFunction(() => document.getAnimations().every(a => a.effect.getTiming().iterations === Infinity || a.playState !== 'running'));
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(kAxe);
  const {violations, passes} = await page.evaluate(() => window.axe.run(document, {rules: {'target-size': {enabled: true}}}));
  assert.ok(passes.length > 10, 'axe looked at the page');
  return violations.filter(({impact}) => impact === 'serious' || impact === 'critical')
    .map(({id, nodes}) => `${id}: ${nodes.map(node => `${node.html.slice(0, 120)} ${node.failureSummary}`).join(' | ')}`);
}
