// Where a message tool sends to.

export { extractToolSend } from '../lib/tools.js';
