// Made by tools/protocol from manifests/schema/protocol. A change here is undone: change the schemas.
// docs/plugin-protocol.md says what schemas cannot; docs/generated/plugin-protocol.md has every message on one page.

// chela.call/1: What concerns calls of every kind. Notifications, all of them.

export interface CallCancelParams {
  /** The request's id. */
  call: number;
}
export interface CallEventParams {
  call: number;
  events: unknown[];
}
export interface CallCreditParams {
  call: number;
  add: number;
}

// chela.capability/1: Kinds whose contract is many small functions (channels' directories and actions, memory and context engines, speech, media understanding, embeddings, web search, …): each is called by its path.

export interface CapabilityInvokeParams {
  /** The plugin's id. */
  plugin: string;
  kind: string;
  key: string;
  path: string;
  arguments: unknown[];
  timeoutMs?: number;
}
export interface CapabilityInvokeResult {
  value?: unknown;
}

// chela.channel/1: Ways in and out: accounts on chat networks.

export interface ChannelReceipt {
  messageId?: string;
  details?: Record<string, unknown>;
}
export interface ChannelStartParams {
  /** The plugin's id. */
  plugin: string;
  key: string;
  account: string;
  timeoutMs?: number;
  /** The channel's section of the configuration, for native plugins. */
  settings?: Record<string, unknown>;
}
export interface ChannelStartResult {
  status?: Record<string, unknown>;
}
export interface ChannelStopParams {
  /** The plugin's id. */
  plugin: string;
  key: string;
  account: string;
  timeoutMs?: number;
}
export type ChannelStopResult = Record<string, never>;
export interface ChannelAccountsParams {
  /** The plugin's id. */
  plugin: string;
  key: string;
  /** As in channel.start. */
  settings?: Record<string, unknown>;
}
export interface ChannelAccountsResult {
  accounts: Array<Record<string, unknown>>;
}
export interface ChannelSendParams {
  /** The plugin's id. */
  plugin: string;
  key: string;
  account: string;
  to: string;
  text?: string;
  mediaUrl?: string;
  replyToId?: string;
  threadId?: string;
  idempotencyKey?: string;
  payload?: Record<string, unknown>;
  timeoutMs?: number;
}
export interface ChannelReceiveParams {
  /** The plugin's id. */
  plugin: string;
  channel: string;
  account: string;
  messageId: string;
  peer: string;
  thread?: string;
  sender?: string;
  text: string;
  /** senderName, isGroup */
  details?: Record<string, unknown>;
}
export type ChannelReceiveResult = Record<string, never>;
export interface ChannelStatusParams {
  /** The plugin's id. */
  plugin: string;
  key: string;
  account: string;
  /** running, connected, lastError, … */
  status: Record<string, unknown>;
}

// chela.command/1: Commands that people type in a chat (/name) and on the command line.

/** A reply, in upstream's form; further members are carried through. */
export interface CommandPayload {
  text?: string;
  mediaUrls?: string[];
  isError?: boolean;
  channelData?: Record<string, unknown>;
}
export interface CommandRunParams {
  /** The plugin's id. */
  plugin: string;
  key: string;
  args?: string;
  /** senderId, channel, isAuthorizedSender, commandBody, sessionKey, … */
  context: Record<string, unknown>;
  timeoutMs?: number;
  credit?: number;
}
export interface CommandRunResult {
  reply?: CommandPayload;
  continueAgent?: boolean;
  suppressReply?: boolean;
}
export interface CommandRunEvent {
  text: string;
}

// chela.gateway_method/1: Methods that clients of the gateway call on plugins, and plugins on the gateway.

export interface GatewayMethodCallParams {
  /** The plugin's id. */
  plugin: string;
  key: string;
  params: unknown;
  /** scopes, clientId, … */
  context: Record<string, unknown>;
  timeoutMs?: number;
}
export interface GatewayMethodCallResult {
  payload?: unknown;
}
export interface GatewayRequestParams {
  /** The plugin's id. */
  plugin: string;
  method: string;
  params?: unknown;
}
export interface GatewayRequestResult {
  payload?: unknown;
}

// chela.hook/1: Points in the gateway's work at which plugins look on, change something or say no. Names, events and results are upstream's.

export interface HookRunParams {
  /** before_tool_call, agent_end, …; internal events as internal:command:new. */
  name: string;
  event: Record<string, unknown>;
  context: Record<string, unknown>;
  /** Only handlers of these plugins; all when absent. */
  plugins?: string[];
  timeoutMs?: number;
}
export interface HookRunResultFailures {
  /** The plugin's id. */
  plugin: string;
  message: string;
}
export interface HookRunResult {
  /** Merged; absent when no handler had one. */
  result?: Record<string, unknown>;
  failures?: HookRunResultFailures[];
}

// chela.host/1: The host process itself: its beginning, its health and its end.

export interface HostVersion {
  major: number;
  minor: number;
}
export interface HostLimits {
  /** Of one frame. */
  frameBytesMax: number;
  /** Calls open in one direction. */
  callsMax: number;
}
export interface HostHelloParams {
  protocol: HostVersion;
  /** Name and version of the kernel. */
  kernel: string;
  limits: HostLimits;
  /** Absolute path of a folder that the host process may write; empty when it has none. */
  stateDirectory?: string;
}
export interface HostHelloResult {
  protocol: HostVersion;
  /** Name and version of the host process. */
  host: string;
  /** CHELA_HOST_TOKEN, as it was given. */
  token: string;
}
export type HostPingParams = Record<string, never>;
export type HostPingResult = Record<string, never>;
export type HostShutdownParams = Record<string, never>;
export type HostShutdownResult = Record<string, never>;

// chela.http/1: The way out of a cage: HTTP requests through the gateway, within the plugin's permissions; chela/ext/http.h on the other carrier.

export interface HttpHeader {
  name: string;
  /** {{secret:NAME}} is replaced by the gateway just before sending. */
  value: string;
}
export type HttpPieceType = 'head' | 'body';
export interface HttpPiece {
  type: HttpPieceType;
  /** Of head. */
  status?: number;
  /** Of head; names in lower case. */
  headers?: HttpHeader[];
  /** Of body: base64. */
  data?: string;
}
export interface HttpSendParams {
  /** The plugin's id. */
  plugin: string;
  method: string;
  url: string;
  headers?: HttpHeader[];
  /** Base64. */
  body?: string;
  proxy?: string;
  connectTimeoutMs?: number;
  firstByteTimeoutMs?: number;
  idleTimeoutMs?: number;
  totalTimeoutMs?: number;
  responseBytesMax?: number;
  credit?: number;
}
export type HttpSendResult = Record<string, never>;

// chela.http_route/1: HTTP requests that arrive at a plugin's path. The gateway has checked access and sizes before.

export interface HttpRouteHeader {
  name: string;
  value: string;
}
export type HttpRoutePieceType = 'head' | 'body';
export interface HttpRoutePiece {
  type: HttpRoutePieceType;
  status?: number;
  headers?: HttpRouteHeader[];
  /** Base64. */
  data?: string;
}
export interface HttpRouteHandleParams {
  /** The plugin's id. */
  plugin: string;
  key: string;
  method: string;
  target: string;
  headers: HttpRouteHeader[];
  /** Base64; the whole body. */
  body?: string;
  remoteAddress?: string;
  /** Who the gateway found the caller to be; empty for a route with the plugin's own check. */
  principal?: string;
  scopes?: string[];
  timeoutMs?: number;
  credit?: number;
}
export interface HttpRouteHandleResult {
  /** False: the plugin passes, the gateway answers 404. */
  handled: boolean;
}

// chela.log/1: A plugin's lines in the gateway's log.

export type LogWriteParamsLevel = 'debug' | 'info' | 'warn' | 'error';
export interface LogWriteParams {
  /** The plugin's id. */
  plugin: string;
  level: LogWriteParamsLevel;
  line: string;
}

// chela.plugin/1: The life of a plugin in a host process.

export interface PluginRegistration {
  /** tool, provider, hook, command, …: a kind of the registry. */
  kind: string;
  id: string;
  /** What the host process knows it by, unique within the plugin. */
  key: string;
  /** What the kind's consumer needs; its form is that of provides[] in the manifest. */
  descriptor?: Record<string, unknown>;
}
export type PluginDiagnosticSeverity = 'warning' | 'error';
export interface PluginDiagnostic {
  severity: PluginDiagnosticSeverity;
  /** A code of docs/generated/diagnostics.md. */
  code: string;
  message: string;
  /** The file or the place concerned. */
  path?: string;
}
export type PluginStartParamsMode = 'full' | 'cliMetadata';
export interface PluginStartParams {
  /** The plugin's id. */
  plugin: string;
  /** As its manifest says. */
  version?: string;
  /** Absolute path of the plugin's folder. */
  directory: string;
  /** Absolute path of the library or module. */
  entry: string;
  /** The plugin's manifest. */
  manifest?: Record<string, unknown>;
  /** The plugin's own slice, defaults filled in, valid. */
  config: Record<string, unknown>;
  /** The gateway's configuration in upstream's form, secrets left out; for hosts that offer it to plugins. */
  gatewayConfig?: Record<string, unknown>;
  /** Absolute path of a folder that the plugin may write. Without it: that of host.hello. */
  stateDirectory?: string;
  /** cliMetadata: register only, start nothing. */
  mode?: PluginStartParamsMode;
  timeoutMs?: number;
}
export interface PluginStartResult {
  registrations: PluginRegistration[];
  diagnostics?: PluginDiagnostic[];
}
export interface PluginStopParams {
  /** The plugin's id. */
  plugin: string;
  timeoutMs?: number;
}
export type PluginStopResult = Record<string, never>;
export interface PluginRegisteredParams {
  /** The plugin's id. */
  plugin: string;
  registrations: PluginRegistration[];
}
export interface PluginFailedParams {
  /** The plugin's id. */
  plugin: string;
  message: string;
}
export interface PluginConfigChangedParams {
  /** The plugin's id. */
  plugin: string;
  config: Record<string, unknown>;
  gatewayConfig?: Record<string, unknown>;
}

// chela.provider/1: Wire formats that complete conversations; chela/ext/provider.h on the other carrier, where the form of messages stands.

export interface ProviderUsage {
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens?: number;
  reasoningTokens?: number;
}
export type ProviderPieceType = 'text' | 'reasoning' | 'toolCall' | 'toolArguments' | 'usage';
export interface ProviderPiece {
  type: ProviderPieceType;
  /** Of text, reasoning and toolArguments. */
  text?: string;
  /** Of toolCall and toolArguments. */
  index?: number;
  /** Of toolCall. */
  id?: string;
  /** Of toolCall. */
  name?: string;
  usage?: ProviderUsage;
}
export interface ProviderCompleteParams {
  /** The plugin's id. */
  plugin: string;
  key: string;
  /** id, api, baseUrl, apiKeySecret, headers, proxy, timeouts. */
  service: Record<string, unknown>;
  model: string;
  /** Oldest first. */
  messages: Array<Record<string, unknown>>;
  tools?: Array<Record<string, unknown>>;
  /** temperature, maxTokens, topP, stop, toolChoice, responseFormat, reasoningEffort. */
  options?: Record<string, unknown>;
  timeoutMs?: number;
  credit?: number;
}
export interface ProviderCompleteResult {
  /** stop, length, tool_calls or content_filter. */
  stopReason: string;
}
export interface ProviderListModelsParams {
  /** The plugin's id. */
  plugin: string;
  key: string;
  service: Record<string, unknown>;
  timeoutMs?: number;
}
export interface ProviderListModelsResult {
  models: Array<Record<string, unknown>>;
}

// chela.tool/1: Functions that a model may call; chela/ext/tool.h on the other carrier.

export type ToolContentType = 'text' | 'image';
export interface ToolContent {
  type: ToolContentType;
  text?: string;
  /** Base64. */
  data?: string;
  mimeType?: string;
}
export interface ToolResolved {
  key: string;
  name: string;
  description: string;
  /** JSON Schema. */
  parameters: Record<string, unknown>;
  parallel?: boolean;
}
export interface ToolCallParams {
  /** The plugin's id. */
  plugin: string;
  key: string;
  /** The model's id of the call. */
  toolCallId?: string;
  /** Valid against the tool's parameters. */
  arguments: Record<string, unknown>;
  /** workspace (absolute path), agentId, sessionKey, sessionId, timeZone, channel, senderId. */
  context: Record<string, unknown>;
  timeoutMs?: number;
  credit?: number;
}
export interface ToolCallResult {
  /** What the model sees. */
  content: ToolContent[];
  /** The tool ran and says that it failed. */
  isError?: boolean;
  /** For programs; not shown to the model. */
  details?: unknown;
}
export interface ToolCallEvent {
  text: string;
}
export interface ToolResolveParams {
  /** The plugin's id. */
  plugin: string;
  keys: string[];
  context: Record<string, unknown>;
}
export interface ToolResolveResult {
  tools: ToolResolved[];
}

// chela.turn/1: Turns of the agent that a plugin starts, and what plugins may ask of the runtime.

export type TurnPieceType = 'partial' | 'block' | 'tool' | 'reasoning' | 'typing' | 'final';
export interface TurnPiece {
  type: TurnPieceType;
  /** Counts from 1; answered by turn.delivered when awaited is true. */
  delivery: number;
  awaited?: boolean;
  /** A reply, in upstream's form. */
  payload?: Record<string, unknown>;
}
export interface TurnRunParams {
  /** The plugin's id. */
  plugin: string;
  /** Upstream's finalised message context (Body, From, SessionKey, …). */
  context: Record<string, unknown>;
  /** agentId, sessionKey */
  route?: Record<string, unknown>;
  /** images, toolsAllow, disableBlockStreaming, …; listeners: which of partial and reasoning somebody hears. */
  options?: Record<string, unknown>;
  credit?: number;
}
export interface TurnRunResultCounts {
  tool: number;
  block: number;
  final: number;
}
export interface TurnRunResult {
  queuedFinal: boolean;
  counts: TurnRunResultCounts;
}
export interface TurnDeliveredParams {
  /** The plugin's id. */
  plugin: string;
  call: number;
  delivery: number;
  /** Empty when it was delivered. */
  error?: string;
  messageId?: string;
}
export interface LlmCompleteParams {
  /** The plugin's id. */
  plugin: string;
  messages: Array<Record<string, unknown>>;
  model?: string;
  options?: Record<string, unknown>;
  timeoutMs?: number;
}
export interface LlmCompleteResult {
  text: string;
  usage?: Record<string, unknown>;
  stopReason?: string;
  model?: string;
}
export interface SessionEnqueueParams {
  /** The plugin's id. */
  plugin: string;
  sessionKey: string;
  text: string;
  placement?: string;
  idempotencyKey?: string;
}
export interface SessionEnqueueResult {
  enqueued: boolean;
  id?: string;
}
export interface SessionListParams {
  /** The plugin's id. */
  plugin: string;
  /** Only this one; none is no error. */
  sessionKey?: string;
}
export interface SessionListResult {
  sessions: Array<Record<string, unknown>>;
}
export interface SessionMessagesParams {
  /** The plugin's id. */
  plugin: string;
  sessionKey: string;
  limit?: number;
}
export interface SessionMessagesResult {
  messages: Array<Record<string, unknown>>;
}
export interface ConfigChangeParams {
  /** The plugin's id. */
  plugin: string;
  /** JSON merge patch. */
  patch: Record<string, unknown>;
  baseHash?: string;
}
export interface ConfigChangeResult {
  hash: string;
}

/** Every method with its parts. One without a result is a notification. */
export interface Methods {
  /** Nobody waits for this call of the receiver any more: end it soon. */
  'call.cancel': { params: CallCancelParams };
  /** The next events of a streaming call, oldest first. What an event is stands with the method. */
  'call.event': { params: CallEventParams };
  /** The receiver may send so many events more. */
  'call.credit': { params: CallCreditParams };
  /** Calls a function of a registration. */
  'capability.invoke': { params: CapabilityInvokeParams; result: CapabilityInvokeResult };
  /** Starts an account. Answered when it runs; channel.status tells what becomes of it. */
  'channel.start': { params: ChannelStartParams; result: ChannelStartResult };
  /** Stops an account. */
  'channel.stop': { params: ChannelStopParams; result: ChannelStopResult };
  /** The accounts that the configuration has for this channel. */
  'channel.accounts': { params: ChannelAccountsParams; result: ChannelAccountsResult };
  /** Sends one message. */
  'channel.send': { params: ChannelSendParams; result: ChannelReceipt };
  /** A native channel has received a message. Answered when it is on disk; the answer to it leaves by channel.send. */
  'channel.receive': { params: ChannelReceiveParams; result: ChannelReceiveResult };
  /** An account's state has changed. */
  'channel.status': { params: ChannelStatusParams };
  /** Runs a chat command. Events are pieces of progress, shown while it runs. */
  'command.run': { params: CommandRunParams; result: CommandRunResult; event: CommandRunEvent };
  /** A client calls a plugin's method. */
  'gatewayMethod.call': { params: GatewayMethodCallParams; result: GatewayMethodCallResult };
  /** A plugin calls a method of the gateway, with its own permissions. */
  'gateway.request': { params: GatewayRequestParams; result: GatewayRequestResult };
  /** Runs every handler that the host process has for a point, in order, and merges their results. One request per point and host process, whatever the number of handlers. */
  'hook.run': { params: HookRunParams; result: HookRunResult };
  /** The first message. The host process answers before anything else happens. */
  'host.hello': { params: HostHelloParams; result: HostHelloResult };
  /** Answered at once, from the event loop. */
  'host.ping': { params: HostPingParams; result: HostPingResult };
  /** Stop every plugin, answer, close the socket, exit. */
  'host.shutdown': { params: HostShutdownParams; result: HostShutdownResult };
  /** Sends a request. Events: one head, then the decoded body in pieces. An error's message names the layer that failed. */
  'http.send': { params: HttpSendParams; result: HttpSendResult; event: HttpPiece };
  /** Answers a request. Events: one head, then the body in pieces. */
  'httpRoute.handle': { params: HttpRouteHandleParams; result: HttpRouteHandleResult; event: HttpRoutePiece };
  /** One line; secrets are redacted, 8 KiB kept. */
  'log.write': { params: LogWriteParams };
  /** Load the plugin's code, configure and start it. An error leaves nothing of it behind; data.diagnostics says more. */
  'plugin.start': { params: PluginStartParams; result: PluginStartResult };
  /** Stop the plugin and forget it. Its open calls end first. */
  'plugin.stop': { params: PluginStopParams; result: PluginStopResult };
  /** The plugin's registrations have changed; the whole list. */
  'plugin.registered': { params: PluginRegisteredParams };
  /** The plugin has ended by itself, its host process goes on. */
  'plugin.failed': { params: PluginFailedParams };
  /** The gateway's configuration has changed. */
  'plugin.configChanged': { params: PluginConfigChangedParams };
  /** Completes a conversation. Errors may carry data.retryAfterMs. */
  'provider.complete': { params: ProviderCompleteParams; result: ProviderCompleteResult; event: ProviderPiece };
  /** Which models a service has. */
  'provider.listModels': { params: ProviderListModelsParams; result: ProviderListModelsResult };
  /** Runs a tool. Events are pieces of progress, shown while the call runs. */
  'tool.call': { params: ToolCallParams; result: ToolCallResult; event: ToolCallEvent };
  /** The tools of a factory (a registration whose descriptor says factory: true) for one agent run. */
  'tool.resolve': { params: ToolResolveParams; result: ToolResolveResult };
  /** A message came in: run the turn, deliver its pieces, answer when it is done. */
  'turn.run': { params: TurnRunParams; result: TurnRunResult; event: TurnPiece };
  /** An awaited piece has been handed to the person, or could not be. */
  'turn.delivered': { params: TurnDeliveredParams };
  /** One completion with a configured model, within the plugin's permissions. */
  'llm.complete': { params: LlmCompleteParams; result: LlmCompleteResult };
  /** Text for the next turn of a session. */
  'session.enqueue': { params: SessionEnqueueParams; result: SessionEnqueueResult };
  /** The index of sessions that the plugin may see. */
  'session.list': { params: SessionListParams; result: SessionListResult };
  /** The messages of a session, oldest first. */
  'session.messages': { params: SessionMessagesParams; result: SessionMessagesResult };
  /** Changes the gateway's configuration, within what the plugin's permissions allow. */
  'config.change': { params: ConfigChangeParams; result: ConfigChangeResult };
}

type Shape =
  | { is: 'raw' | 'number' | 'boolean' }
  | { is: 'string'; max?: number; values?: readonly string[] }
  | { is: 'integer'; min: number; max: number }
  | { is: 'array'; items: Shape; max?: number }
  | { is: 'object'; members?: () => Members; known?: Members }; // members are listed once, when they are first asked for
type Members = readonly (readonly [name: string, required: boolean, shape: Shape])[];

// Code points, of which there are at most as many as code units.
const longer = (text: string, max: number): boolean => text.length > max && [...text].length > max;

function scalarDefect(shape: Shape, value: unknown): string | undefined {
  switch (shape.is) {
    case 'string':
      if (typeof value !== 'string') return 'not a string';
      if (shape.max !== undefined && longer(value, shape.max)) return `longer than ${shape.max} characters`;
      if (shape.values !== undefined && !shape.values.includes(value)) return `none of ${shape.values.join(', ')}`;
      return undefined;
    case 'integer':
      if (!Number.isSafeInteger(value)) return 'not an integer';
      if ((value as number) < shape.min) return `less than ${shape.min}`;
      return (value as number) > shape.max ? `more than ${shape.max}` : undefined;
    case 'number':
      return typeof value === 'number' ? undefined : 'not a number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'not true or false';
    default:
      return undefined;
  }
}

// The path is put together only when there is a defect, from the inside out: ".key: missing".
function defectOf(shape: Shape, value: unknown): string | undefined {
  if (shape.is === 'array') {
    if (!Array.isArray(value)) return ': not an array';
    if (shape.max !== undefined && value.length > shape.max) return `: more than ${shape.max} items`;
    for (let index = 0; index < value.length; index += 1) {
      const found = defectOf(shape.items, value[index]);
      if (found !== undefined) return `[${index}]${found}`;
    }
    return undefined;
  }
  if (shape.is === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return ': not an object';
    shape.known ??= shape.members?.() ?? [];
    for (const [name, required, member] of shape.known) {
      if (!Object.hasOwn(value, name)) {
        if (required) return `.${name}: missing`;
        continue;
      }
      const found = defectOf(member, (value as Record<string, unknown>)[name]);
      if (found !== undefined) return `.${name}${found}`;
    }
    return undefined;
  }
  const found = scalarDefect(shape, value);
  return found === undefined ? undefined : `: ${found}`;
}

const callCancelParamsShape: Shape = { is: 'object', members: () => [
  ['call', true, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const callEventParamsShape: Shape = { is: 'object', members: () => [
  ['call', true, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['events', true, { is: 'array', items: { is: 'raw' }, max: 1024 }],
] };
const callCreditParamsShape: Shape = { is: 'object', members: () => [
  ['call', true, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['add', true, { is: 'integer', min: 0, max: 65536 }],
] };
const capabilityInvokeParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['kind', true, { is: 'string' }],
  ['key', true, { is: 'string' }],
  ['path', true, { is: 'string' }],
  ['arguments', true, { is: 'array', items: { is: 'raw' } }],
  ['timeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const capabilityInvokeResultShape: Shape = { is: 'object', members: () => [
  ['value', false, { is: 'raw' }],
] };
const channelReceiptShape: Shape = { is: 'object', members: () => [
  ['messageId', false, { is: 'string' }],
  ['details', false, { is: 'object' }],
] };
const channelStartParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['key', true, { is: 'string' }],
  ['account', true, { is: 'string' }],
  ['timeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['settings', false, { is: 'object' }],
] };
const channelStartResultShape: Shape = { is: 'object', members: () => [
  ['status', false, { is: 'object' }],
] };
const channelStopParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['key', true, { is: 'string' }],
  ['account', true, { is: 'string' }],
  ['timeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const channelStopResultShape: Shape = { is: 'object', members: () => [] };
const channelAccountsParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['key', true, { is: 'string' }],
  ['settings', false, { is: 'object' }],
] };
const channelAccountsResultShape: Shape = { is: 'object', members: () => [
  ['accounts', true, { is: 'array', items: { is: 'object' } }],
] };
const channelSendParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['key', true, { is: 'string' }],
  ['account', true, { is: 'string' }],
  ['to', true, { is: 'string' }],
  ['text', false, { is: 'string' }],
  ['mediaUrl', false, { is: 'string' }],
  ['replyToId', false, { is: 'string' }],
  ['threadId', false, { is: 'string' }],
  ['idempotencyKey', false, { is: 'string' }],
  ['payload', false, { is: 'object' }],
  ['timeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const channelReceiveParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['channel', true, { is: 'string' }],
  ['account', true, { is: 'string' }],
  ['messageId', true, { is: 'string' }],
  ['peer', true, { is: 'string' }],
  ['thread', false, { is: 'string' }],
  ['sender', false, { is: 'string' }],
  ['text', true, { is: 'string' }],
  ['details', false, { is: 'object' }],
] };
const channelReceiveResultShape: Shape = { is: 'object', members: () => [] };
const channelStatusParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['key', true, { is: 'string' }],
  ['account', true, { is: 'string' }],
  ['status', true, { is: 'object' }],
] };
const commandPayloadShape: Shape = { is: 'object', members: () => [
  ['text', false, { is: 'string' }],
  ['mediaUrls', false, { is: 'array', items: { is: 'string' } }],
  ['isError', false, { is: 'boolean' }],
  ['channelData', false, { is: 'object' }],
] };
const commandRunParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['key', true, { is: 'string' }],
  ['args', false, { is: 'string' }],
  ['context', true, { is: 'object' }],
  ['timeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['credit', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const commandRunResultShape: Shape = { is: 'object', members: () => [
  ['reply', false, commandPayloadShape],
  ['continueAgent', false, { is: 'boolean' }],
  ['suppressReply', false, { is: 'boolean' }],
] };
const commandRunEventShape: Shape = { is: 'object', members: () => [
  ['text', true, { is: 'string' }],
] };
const gatewayMethodCallParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['key', true, { is: 'string' }],
  ['params', true, { is: 'raw' }],
  ['context', true, { is: 'object' }],
  ['timeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const gatewayMethodCallResultShape: Shape = { is: 'object', members: () => [
  ['payload', false, { is: 'raw' }],
] };
const gatewayRequestParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['method', true, { is: 'string' }],
  ['params', false, { is: 'raw' }],
] };
const gatewayRequestResultShape: Shape = { is: 'object', members: () => [
  ['payload', false, { is: 'raw' }],
] };
const hookRunParamsShape: Shape = { is: 'object', members: () => [
  ['name', true, { is: 'string', max: 64 }],
  ['event', true, { is: 'object' }],
  ['context', true, { is: 'object' }],
  ['plugins', false, { is: 'array', items: { is: 'string' } }],
  ['timeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const hookRunResultFailuresShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['message', true, { is: 'string' }],
] };
const hookRunResultShape: Shape = { is: 'object', members: () => [
  ['result', false, { is: 'object' }],
  ['failures', false, { is: 'array', items: hookRunResultFailuresShape, max: 256 }],
] };
const hostVersionShape: Shape = { is: 'object', members: () => [
  ['major', true, { is: 'integer', min: 0, max: 65535 }],
  ['minor', true, { is: 'integer', min: 0, max: 65535 }],
] };
const hostLimitsShape: Shape = { is: 'object', members: () => [
  ['frameBytesMax', true, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['callsMax', true, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const hostHelloParamsShape: Shape = { is: 'object', members: () => [
  ['protocol', true, hostVersionShape],
  ['kernel', true, { is: 'string' }],
  ['limits', true, hostLimitsShape],
  ['stateDirectory', false, { is: 'string' }],
] };
const hostHelloResultShape: Shape = { is: 'object', members: () => [
  ['protocol', true, hostVersionShape],
  ['host', true, { is: 'string' }],
  ['token', true, { is: 'string' }],
] };
const hostPingParamsShape: Shape = { is: 'object', members: () => [] };
const hostPingResultShape: Shape = { is: 'object', members: () => [] };
const hostShutdownParamsShape: Shape = { is: 'object', members: () => [] };
const hostShutdownResultShape: Shape = { is: 'object', members: () => [] };
const httpHeaderShape: Shape = { is: 'object', members: () => [
  ['name', true, { is: 'string' }],
  ['value', true, { is: 'string' }],
] };
const httpPieceShape: Shape = { is: 'object', members: () => [
  ['type', true, { is: 'string', values: ['head', 'body'] }],
  ['status', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['headers', false, { is: 'array', items: httpHeaderShape }],
  ['data', false, { is: 'string' }],
] };
const httpSendParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['method', true, { is: 'string' }],
  ['url', true, { is: 'string' }],
  ['headers', false, { is: 'array', items: httpHeaderShape, max: 256 }],
  ['body', false, { is: 'string' }],
  ['proxy', false, { is: 'string' }],
  ['connectTimeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['firstByteTimeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['idleTimeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['totalTimeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['responseBytesMax', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['credit', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const httpSendResultShape: Shape = { is: 'object', members: () => [] };
const httpRouteHeaderShape: Shape = { is: 'object', members: () => [
  ['name', true, { is: 'string' }],
  ['value', true, { is: 'string' }],
] };
const httpRoutePieceShape: Shape = { is: 'object', members: () => [
  ['type', true, { is: 'string', values: ['head', 'body'] }],
  ['status', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['headers', false, { is: 'array', items: httpRouteHeaderShape }],
  ['data', false, { is: 'string' }],
] };
const httpRouteHandleParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['key', true, { is: 'string' }],
  ['method', true, { is: 'string' }],
  ['target', true, { is: 'string' }],
  ['headers', true, { is: 'array', items: httpRouteHeaderShape }],
  ['body', false, { is: 'string' }],
  ['remoteAddress', false, { is: 'string' }],
  ['principal', false, { is: 'string' }],
  ['scopes', false, { is: 'array', items: { is: 'string' } }],
  ['timeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['credit', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const httpRouteHandleResultShape: Shape = { is: 'object', members: () => [
  ['handled', true, { is: 'boolean' }],
] };
const logWriteParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['level', true, { is: 'string', values: ['debug', 'info', 'warn', 'error'] }],
  ['line', true, { is: 'string' }],
] };
const pluginRegistrationShape: Shape = { is: 'object', members: () => [
  ['kind', true, { is: 'string', max: 32 }],
  ['id', true, { is: 'string', max: 256 }],
  ['key', true, { is: 'string', max: 512 }],
  ['descriptor', false, { is: 'object' }],
] };
const pluginDiagnosticShape: Shape = { is: 'object', members: () => [
  ['severity', true, { is: 'string', values: ['warning', 'error'] }],
  ['code', true, { is: 'string', max: 64 }],
  ['message', true, { is: 'string' }],
  ['path', false, { is: 'string' }],
] };
const pluginStartParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['version', false, { is: 'string' }],
  ['directory', true, { is: 'string' }],
  ['entry', true, { is: 'string' }],
  ['manifest', false, { is: 'object' }],
  ['config', true, { is: 'object' }],
  ['gatewayConfig', false, { is: 'object' }],
  ['stateDirectory', false, { is: 'string' }],
  ['mode', false, { is: 'string', values: ['full', 'cliMetadata'] }],
  ['timeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const pluginStartResultShape: Shape = { is: 'object', members: () => [
  ['registrations', true, { is: 'array', items: pluginRegistrationShape, max: 4096 }],
  ['diagnostics', false, { is: 'array', items: pluginDiagnosticShape, max: 256 }],
] };
const pluginStopParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['timeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const pluginStopResultShape: Shape = { is: 'object', members: () => [] };
const pluginRegisteredParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['registrations', true, { is: 'array', items: pluginRegistrationShape, max: 4096 }],
] };
const pluginFailedParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['message', true, { is: 'string' }],
] };
const pluginConfigChangedParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['config', true, { is: 'object' }],
  ['gatewayConfig', false, { is: 'object' }],
] };
const providerUsageShape: Shape = { is: 'object', members: () => [
  ['inputTokens', true, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['outputTokens', true, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['cachedInputTokens', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['reasoningTokens', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const providerPieceShape: Shape = { is: 'object', members: () => [
  ['type', true, { is: 'string', values: ['text', 'reasoning', 'toolCall', 'toolArguments', 'usage'] }],
  ['text', false, { is: 'string' }],
  ['index', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['id', false, { is: 'string' }],
  ['name', false, { is: 'string' }],
  ['usage', false, providerUsageShape],
] };
const providerCompleteParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['key', true, { is: 'string', max: 512 }],
  ['service', true, { is: 'object' }],
  ['model', true, { is: 'string' }],
  ['messages', true, { is: 'array', items: { is: 'object' } }],
  ['tools', false, { is: 'array', items: { is: 'object' } }],
  ['options', false, { is: 'object' }],
  ['timeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['credit', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const providerCompleteResultShape: Shape = { is: 'object', members: () => [
  ['stopReason', true, { is: 'string' }],
] };
const providerListModelsParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['key', true, { is: 'string' }],
  ['service', true, { is: 'object' }],
  ['timeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const providerListModelsResultShape: Shape = { is: 'object', members: () => [
  ['models', true, { is: 'array', items: { is: 'object' }, max: 10000 }],
] };
const toolContentShape: Shape = { is: 'object', members: () => [
  ['type', true, { is: 'string', values: ['text', 'image'] }],
  ['text', false, { is: 'string' }],
  ['data', false, { is: 'string' }],
  ['mimeType', false, { is: 'string' }],
] };
const toolResolvedShape: Shape = { is: 'object', members: () => [
  ['key', true, { is: 'string' }],
  ['name', true, { is: 'string', max: 64 }],
  ['description', true, { is: 'string' }],
  ['parameters', true, { is: 'object' }],
  ['parallel', false, { is: 'boolean' }],
] };
const toolCallParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['key', true, { is: 'string', max: 512 }],
  ['toolCallId', false, { is: 'string' }],
  ['arguments', true, { is: 'object' }],
  ['context', true, { is: 'object' }],
  ['timeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['credit', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const toolCallResultShape: Shape = { is: 'object', members: () => [
  ['content', true, { is: 'array', items: toolContentShape, max: 256 }],
  ['isError', false, { is: 'boolean' }],
  ['details', false, { is: 'raw' }],
] };
const toolCallEventShape: Shape = { is: 'object', members: () => [
  ['text', true, { is: 'string' }],
] };
const toolResolveParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['keys', true, { is: 'array', items: { is: 'string' }, max: 1024 }],
  ['context', true, { is: 'object' }],
] };
const toolResolveResultShape: Shape = { is: 'object', members: () => [
  ['tools', true, { is: 'array', items: toolResolvedShape, max: 1024 }],
] };
const turnPieceShape: Shape = { is: 'object', members: () => [
  ['type', true, { is: 'string', values: ['partial', 'block', 'tool', 'reasoning', 'typing', 'final'] }],
  ['delivery', true, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['awaited', false, { is: 'boolean' }],
  ['payload', false, { is: 'object' }],
] };
const turnRunParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['context', true, { is: 'object' }],
  ['route', false, { is: 'object' }],
  ['options', false, { is: 'object' }],
  ['credit', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const turnRunResultCountsShape: Shape = { is: 'object', members: () => [
  ['tool', true, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['block', true, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['final', true, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const turnRunResultShape: Shape = { is: 'object', members: () => [
  ['queuedFinal', true, { is: 'boolean' }],
  ['counts', true, turnRunResultCountsShape],
] };
const turnDeliveredParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['call', true, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['delivery', true, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
  ['error', false, { is: 'string' }],
  ['messageId', false, { is: 'string' }],
] };
const llmCompleteParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['messages', true, { is: 'array', items: { is: 'object' } }],
  ['model', false, { is: 'string' }],
  ['options', false, { is: 'object' }],
  ['timeoutMs', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const llmCompleteResultShape: Shape = { is: 'object', members: () => [
  ['text', true, { is: 'string' }],
  ['usage', false, { is: 'object' }],
  ['stopReason', false, { is: 'string' }],
  ['model', false, { is: 'string' }],
] };
const sessionEnqueueParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['sessionKey', true, { is: 'string' }],
  ['text', true, { is: 'string' }],
  ['placement', false, { is: 'string' }],
  ['idempotencyKey', false, { is: 'string' }],
] };
const sessionEnqueueResultShape: Shape = { is: 'object', members: () => [
  ['enqueued', true, { is: 'boolean' }],
  ['id', false, { is: 'string' }],
] };
const sessionListParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['sessionKey', false, { is: 'string' }],
] };
const sessionListResultShape: Shape = { is: 'object', members: () => [
  ['sessions', true, { is: 'array', items: { is: 'object' } }],
] };
const sessionMessagesParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['sessionKey', true, { is: 'string' }],
  ['limit', false, { is: 'integer', min: 0, max: Number.MAX_SAFE_INTEGER }],
] };
const sessionMessagesResultShape: Shape = { is: 'object', members: () => [
  ['messages', true, { is: 'array', items: { is: 'object' } }],
] };
const configChangeParamsShape: Shape = { is: 'object', members: () => [
  ['plugin', true, { is: 'string', max: 64 }],
  ['patch', true, { is: 'object' }],
  ['baseHash', false, { is: 'string' }],
] };
const configChangeResultShape: Shape = { is: 'object', members: () => [
  ['hash', true, { is: 'string' }],
] };

const parts = {
  'call.cancel': { params: callCancelParamsShape },
  'call.event': { params: callEventParamsShape },
  'call.credit': { params: callCreditParamsShape },
  'capability.invoke': { params: capabilityInvokeParamsShape, result: capabilityInvokeResultShape },
  'channel.start': { params: channelStartParamsShape, result: channelStartResultShape },
  'channel.stop': { params: channelStopParamsShape, result: channelStopResultShape },
  'channel.accounts': { params: channelAccountsParamsShape, result: channelAccountsResultShape },
  'channel.send': { params: channelSendParamsShape, result: channelReceiptShape },
  'channel.receive': { params: channelReceiveParamsShape, result: channelReceiveResultShape },
  'channel.status': { params: channelStatusParamsShape },
  'command.run': { params: commandRunParamsShape, result: commandRunResultShape, event: commandRunEventShape },
  'gatewayMethod.call': { params: gatewayMethodCallParamsShape, result: gatewayMethodCallResultShape },
  'gateway.request': { params: gatewayRequestParamsShape, result: gatewayRequestResultShape },
  'hook.run': { params: hookRunParamsShape, result: hookRunResultShape },
  'host.hello': { params: hostHelloParamsShape, result: hostHelloResultShape },
  'host.ping': { params: hostPingParamsShape, result: hostPingResultShape },
  'host.shutdown': { params: hostShutdownParamsShape, result: hostShutdownResultShape },
  'http.send': { params: httpSendParamsShape, result: httpSendResultShape, event: httpPieceShape },
  'httpRoute.handle': { params: httpRouteHandleParamsShape, result: httpRouteHandleResultShape, event: httpRoutePieceShape },
  'log.write': { params: logWriteParamsShape },
  'plugin.start': { params: pluginStartParamsShape, result: pluginStartResultShape },
  'plugin.stop': { params: pluginStopParamsShape, result: pluginStopResultShape },
  'plugin.registered': { params: pluginRegisteredParamsShape },
  'plugin.failed': { params: pluginFailedParamsShape },
  'plugin.configChanged': { params: pluginConfigChangedParamsShape },
  'provider.complete': { params: providerCompleteParamsShape, result: providerCompleteResultShape, event: providerPieceShape },
  'provider.listModels': { params: providerListModelsParamsShape, result: providerListModelsResultShape },
  'tool.call': { params: toolCallParamsShape, result: toolCallResultShape, event: toolCallEventShape },
  'tool.resolve': { params: toolResolveParamsShape, result: toolResolveResultShape },
  'turn.run': { params: turnRunParamsShape, result: turnRunResultShape, event: turnPieceShape },
  'turn.delivered': { params: turnDeliveredParamsShape },
  'llm.complete': { params: llmCompleteParamsShape, result: llmCompleteResultShape },
  'session.enqueue': { params: sessionEnqueueParamsShape, result: sessionEnqueueResultShape },
  'session.list': { params: sessionListParamsShape, result: sessionListResultShape },
  'session.messages': { params: sessionMessagesParamsShape, result: sessionMessagesResultShape },
  'config.change': { params: configChangeParamsShape, result: configChangeResultShape },
} as const;

export type MethodName = keyof Methods;
export type Part = 'params' | 'result' | 'event';

/** What is wrong with a part of a message, as "tool.call params.key: missing"; undefined when nothing is. */
export function defect(method: MethodName, part: Part, value: unknown): string | undefined {
  const shape = (parts[method] as Partial<Record<Part, Shape>>)[part];
  const found = shape === undefined ? ': there is none' : defectOf(shape, value);
  return found === undefined ? undefined : `${method} ${part}${found}`;
}

export function isMethod(name: string): name is MethodName {
  return Object.hasOwn(parts, name);
}

/** The value, when it is what the method says; else throws an Error with the defect. Members that nobody knows stay in it. */
export function read<M extends MethodName, P extends keyof Methods[M] & Part>(method: M, part: P, value: unknown): Methods[M][P] {
  const found = defect(method, part, value);
  if (found !== undefined) throw new Error(found);
  return value as Methods[M][P];
}
