// The shapes of docs/protocol.md. Nothing else in this folder knows what the gateway sends.

export type ToolStatus = 'completed' | 'failed' | 'blocked';
export type FinishReason = 'stop' | 'length' | 'cancelled' | 'error' | 'limit';
export interface Usage {inputTokens?: number; outputTokens?: number}

interface Common {sessionId?: string; seq?: number; inReplyToMessageId?: string}
export type TurnEvent = Common & (
  | {type: 'message_accepted'; messageId: string}
  | {type: 'typing_start'}
  | {type: 'typing_stop'}
  | {type: 'assistant_chunk'; text: string}
  | {type: 'reasoning_chunk'; text: string}
  | {type: 'tool_start'; toolCallId: string; toolName: string; argumentsPreview?: string}
  | {type: 'tool_chunk'; toolCallId: string; text: string}
  | {type: 'tool_result'; toolCallId: string; toolName?: string; text?: string; resultStatus: ToolStatus;
     durationMs?: number}
  | {type: 'assistant_done'; text?: string; finishReason?: FinishReason; usage?: Usage}
  | {type: 'assistant_message'; text: string}
  | {type: 'error'; code?: string; text?: string});
/** `resumed` false: the events after the asked one are not all held any more, and none of them follow. */
export interface Attached {type: 'attached'; sessionId: string; seq: number; resumed?: boolean}
/** Of no session: skills, or what may be done with them, are others now. */
export interface SkillsChanged {type: 'skills.changed'; version: number}
export type ServerFrame = TurnEvent | Attached | SkillsChanged;

export type ClientFrame =
  | {type: 'user_message'; text: string; messageId: string; sessionId: string}
  | {type: 'attach'; sessionId: string; after: number}
  | {type: 'stop'};

/** The gateway may send a time as ISO 8601 or as milliseconds since 1970. */
export type Time = string | number;

export interface StoredToolCall {
  id: string;
  name: string;
  arguments?: unknown;
  result?: string;
  status?: ToolStatus | 'running';
  durationMs?: number;
}
export interface StoredMessage {
  id: string;
  role: 'user' | 'assistant';
  text?: string;
  createdAt?: Time;
  status?: 'running' | 'cancelled' | 'error';
  toolCalls?: StoredToolCall[];
  reasoning?: string;
  usage?: Usage;
  error?: string;
}
export interface Snapshot {
  id: string;
  title?: string;
  createdAt?: Time;
  updatedAt?: Time;
  running?: boolean;
  seq?: number;
  /** The smallest `after` that the gateway can still repeat from. */
  heldAfter?: number;
  messages: StoredMessage[];
}
export interface SessionSummary {
  id: string;
  title?: string;
  createdAt?: Time;
  updatedAt?: Time;
  messageCount?: number;
}
export interface Status {
  version?: string;
  uptimeMs?: number;
  model?: {ref?: string; service?: string; demo?: boolean};
  notice?: string;
  authRequired?: boolean;
}
