// Run in a process of its own or a worker thread: opens calls that do not end, then ends as it was told.
// node ends.mjs HOW

import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { made, openPlugin } from './native.mjs';

const how = isMainThread ? process.argv[2] : workerData;

async function openCalls() {
  const plugin = openPlugin({ directory: made('threads') });
  const progress = Promise.withResolvers();
  for (const tool of ['obedient', 'silent']) plugin.callTool(tool, {}).catch(() => {});
  plugin.callTool(how.includes('hang') ? 'hang' : 'block', {}, { onProgress: progress.resolve }).catch(() => {});
  await progress.promise;
  return plugin;
}

if (!isMainThread) {
  await openCalls();
  parentPort.postMessage('open');
} else if (how.startsWith('terminate')) {
  for (let i = 0; i < 2; ++i) {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: how });
    await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await worker.terminate();
  }
  console.log('ended');
} else {
  const plugin = await openCalls();
  console.log('ended');
  if (how.startsWith('exit')) process.exit(7);
  if (how === 'throw') throw new Error('on purpose');
  if (how === 'close') await plugin.close();
}
