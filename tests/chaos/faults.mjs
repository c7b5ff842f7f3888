// What is done to a plugin. Each fault begins with a plugin that is well and ends when every call it opened has ended.

import { readFileSync } from 'node:fs';
import { kNative } from './victims.mjs';

const kStopAfterMs = 300;

const childrenOf = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return []; // it has gone meanwhile
  }
};

/** From the sandbox's outermost process to the plugin's own. */
function processesOf(pid) {
  const found = [pid];
  for (let at = 0; at < found.length; ++at) found.push(...childrenOf(found[at]));
  return found;
}

function signal(pids, name) {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}

/** Opens a call that nobody answers, and does `action` with the processes while it is open. */
async function whileOpen(scene, tool, action) {
  const { process: running } = await scene.api('GET', `/api/plugins/${scene.victim.id}`);
  const pids = running ? processesOf(running.pid) : [];
  let done = Promise.resolve();
  const result = await scene.caller.call(tool, {}, { onStart: () => { done = action(pids); } });
  await done;
  return result;
}

const held = (scene, action) => whileOpen(scene, `${scene.victim.name}_hold`, action);

// By name: how often in a thousand it is chosen beside the others, whom it may befall, and what is done.
export const FAULTS = {
  'its tool is called': { weight: 400, fits: (victim) => !victim.atStart && !victim.slow,
    act: (scene) => scene.callOrStop(`${scene.victim.name}_go`, { index: scene.random.below(7) }, 3000) },
  'its slow tool is called': { weight: 12, fits: (victim) => !victim.atStart && victim.slow, act: (scene) => scene.caller.call(`${scene.victim.name}_go`) },
  'it is started': { weight: 80, fits: (victim) => victim.atStart && !victim.slow, act: (scene) => scene.tryRestart() },
  'it is started, slowly': { weight: 8, fits: (victim) => victim.atStart && victim.slow, act: (scene) => scene.tryRestart() },
  'kill -9 of its process': { weight: 150, fits: (victim) => !victim.atStart, act: (scene) => held(scene, async (pids) => signal(pids.slice(-1), 'SIGKILL')) },
  'kill -9 of its sandbox': { weight: 100, fits: (victim) => !victim.atStart, act: (scene) => held(scene, async (pids) => signal(pids.slice(0, 1), 'SIGKILL')) },
  'SIGSTOP until it is given up': { weight: 8, fits: (victim) => !victim.atStart, act: (scene) => held(scene, async (pids) => signal(pids.slice(-1), 'SIGSTOP')) },
  'SIGSTOP for a moment': { weight: 60, fits: (victim) => !victim.atStart, act: (scene) => held(scene, async (pids) => {
    signal(pids.slice(-1), 'SIGSTOP');
    scene.stopAfter(kStopAfterMs, () => signal(pids.slice(-1), 'SIGCONT'));
  }) },
  'the turn is stopped': { weight: 60, fits: (victim) => !victim.atStart, act: (scene) => held(scene, async () => scene.stopAfter(kStopAfterMs)) },
  'it is restarted in a call': { weight: 60, fits: (victim) => !victim.atStart, act: (scene) => held(scene, () => scene.tryRestart()) },
  'a native one aborts': { weight: 40, fits: (victim) => victim.id === kNative, act: (scene) => scene.caller.call('echo', { text: 'x'.repeat(1200) }) },
  'kill -9 of a native one': { weight: 30, fits: (victim) => victim.id === kNative, act: (scene) => whileOpen(scene, 'later', async (pids) => signal(pids.slice(-1), 'SIGKILL')) },
};
