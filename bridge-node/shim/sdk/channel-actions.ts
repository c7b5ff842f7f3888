// Actions of channels, as tools.

export { ToolInputError, createActionGate, jsonResult, optionalStringEnum, readBooleanParam, readNumberParam, readStringArrayParam, readStringOrNumberParam,
  readStringParam, stringEnum } from '../lib/tools.js';
