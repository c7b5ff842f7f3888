// What the gateway says about itself, asked at the start and whenever the token changes.

import {signal} from '@preact/signals';
import {ApiError, getStatus} from './api.ts';
import {unauthorized} from './notices.ts';
import type {Status} from './protocol.ts';

export const status = signal<Status | null>(null);
/** False while the gateway does not answer; only meaningful without an open conversation, which has its own socket. */
export const isReachable = signal(true);

const kRetryMs = 2000;
let timer = 0;

export async function refreshStatus(): Promise<boolean> {
  clearTimeout(timer);
  try {
    status.value = await getStatus();
    isReachable.value = true;
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      isReachable.value = true;
      unauthorized();
      return false;
    }
    isReachable.value = false;
    timer = setTimeout(() => void refreshStatus(), kRetryMs);
    return false;
  }
}
