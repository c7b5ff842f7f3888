// Registrars that mean nothing here: accepted, so that the rest of the plugin works, and told, so that nobody is surprised.
// What would be dangerous to pass over is refused instead.

import type { Plugin } from '../plugin/plugin.js';
import { isFunction, isObject, stringOf, type Json } from '../json.js';

interface Row {
  /** Why it has no effect, after "registerX: ". */
  reason: string;
  /** What upstream would say of a malformed registration. */
  fault?: (given: Json) => string | undefined;
}

const named = (value: unknown) => stringOf(value) !== undefined;
const upstreamUi = "it belongs to upstream's control page, which Chela does not have";
const upstreamAgent = "Chela's own agent runs the turns";
const upstreamNodes = 'there are no paired nodes';

const ROWS: Record<string, Row> = {
  registerAgentHarness: { reason: upstreamAgent,
    fault: ({ id, supports, runAttempt }) => (isFunction(supports) && isFunction(runAttempt) ? undefined
      : `agent harness "${String(id)}" registration missing required runtime methods`) },
  registerCliBackend: { reason: upstreamAgent },
  registerCodexAppServerExtensionFactory: { reason: upstreamAgent,
    fault: () => 'only bundled plugins can register Codex app-server extension factories' },
  registerEmbeddedExtensionFactory: { reason: upstreamAgent },
  registerDecisionProvider: { reason: upstreamAgent },
  registerDetachedTaskRuntime: { reason: upstreamAgent },
  registerWorkerProvider: { reason: upstreamAgent,
    fault: (given) => {
      const missing = ['resolveAllocation'].find((name) => !isFunction(given[name]));
      return missing === undefined ? undefined : `worker provider registration missing method: ${missing}`;
    } },
  registerNodeHostCommand: { reason: upstreamNodes },
  registerNodeInvokePolicy: { reason: upstreamNodes,
    fault: ({ commands }) => (Array.isArray(commands) && commands.length > 0 ? undefined : 'node invoke policy registration missing commands') },
  registerSessionCatalog: { reason: upstreamUi },
  registerWidgetPresenter: { reason: upstreamUi, fault: ({ present }) => (isFunction(present) ? undefined : 'invalid widget presenter registration') },
  registerBoardWidgetContentKind: { reason: upstreamUi },
  registerControlUiDescriptor: { reason: upstreamUi },
  registerSessionAction: { reason: upstreamUi },
  registerSessionExtension: { reason: upstreamUi,
    fault: ({ namespace, description }) => (named(namespace) && named(description) ? undefined
      : 'session extension registration requires namespace and description') },
  registerSessionSchedulerJob: { reason: 'jobs are configured in Chela itself',
    fault: ({ id, sessionKey, kind }) => (named(id) && named(sessionKey) && named(kind) ? undefined
      : 'session scheduler job registration requires unique id, sessionKey, and kind') },
  registerToolMetadata: { reason: 'tools are described where they are registered',
    fault: ({ toolName }) => (named(toolName) ? undefined : 'tool metadata registration missing toolName') },
  registerMcpServerConnectionResolver: { reason: 'MCP servers are configured in Chela itself',
    fault: ({ serverName, resolve }) => (named(serverName) && isFunction(resolve) ? undefined
      : 'MCP server connection resolver registration missing serverName or resolve') },
  registerTextTransforms: { reason: 'texts go to the model as they are' },
  registerConfigMigration: { reason: "Chela reads upstream's configuration as it is" },
  registerMigrationProvider: { reason: "Chela reads upstream's configuration as it is" },
  registerAutoEnableProbe: { reason: 'plugins are enabled by the operator' },
  registerSecurityAuditCollector: { reason: "`chela doctor` asks the plugin's manifest" },
};

function ignore(plugin: Plugin, registrar: string, row: Row, given: unknown): void {
  const fault = row.fault?.(isObject(given) ? given : {});
  if (fault !== undefined) {
    plugin.diagnostics.warn('invalid_registration', fault);
    return;
  }
  const id = stringOf((given as Json | null)?.id) ?? stringOf((given as Json | null)?.name);
  plugin.diagnostics.warn('registration_ignored', `${registrar}${id === undefined ? '' : ` "${id}"`} has no effect: ${row.reason}`);
}

function registerGatewayAccessPolicy(plugin: Plugin): void {
  plugin.diagnostics.error('unsupported_access_policy',
    'registerGatewayAccessPolicy: a plugin cannot decide who may use the gateway; use gateway.auth and the policy of the configuration');
}

export const IGNORED_REGISTRARS: Record<string, (plugin: Plugin, given: unknown) => void> = {
  ...Object.fromEntries(Object.entries(ROWS).map(([name, row]) => [name, (plugin: Plugin, given: unknown) => ignore(plugin, name, row, given)])),
  registerGatewayAccessPolicy,
};
