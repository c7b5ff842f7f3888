// Arguments of tools.

export { ToolInputError, readBooleanParam, readNumberParam, readStringArrayParam, readStringOrNumberParam, readStringParam } from '../lib/tools.js';
