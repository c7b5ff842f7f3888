// Results of tools.

export { jsonResult, textResult } from '../lib/tools.js';
