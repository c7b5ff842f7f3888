// Descriptor 3: one end of a socket pair whose other end the kernel holds.

import { Socket } from 'node:net';
import { CallError } from './errors.js';
import { FrameReader, encodeFrame } from './frames.js';
import type { Carrier } from './peer.js';

const DESCRIPTOR = 3;
const READ_BYTES = 65_536;
const FRAME_BYTES_MAX = 16 << 20;
const CONGESTED_BYTES = 1 << 20;
const WAITING_BYTES_MAX = 64 << 20;

/** Ends the process at once; taken before any plugin can replace it. */
export const leave = (process as unknown as { reallyExit(code: number): never }).reallyExit.bind(process);

/** Frames over the inherited socket. The process does not outlive the connection. */
export class SocketCarrier implements Carrier {
  readonly #socket: Socket;
  #drain: Promise<void> | undefined;
  #frameBytesMax = FRAME_BYTES_MAX;

  constructor(onMessage: (text: string) => void) {
    const reader = new FrameReader(FRAME_BYTES_MAX, onMessage);
    this.#socket = new Socket({
      fd: DESCRIPTOR,
      readable: true,
      writable: true,
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_BYTES),
        callback: (size: number, buffer: Uint8Array) => {
          if (!reader.push((buffer as Buffer).subarray(0, size))) this.fail('a frame is longer than allowed');
          return true;
        },
      },
    } as ConstructorParameters<typeof Socket>[0]);
    this.#socket.on('error', () => leave(1));
    this.#socket.on('end', () => leave(0));
    this.#socket.on('close', () => leave(0));
  }

  /** What is sent from now on is at most so long. */
  limit(frameBytesMax: number): void {
    this.#frameBytesMax = Math.min(frameBytesMax, FRAME_BYTES_MAX);
  }

  send(text: string): void {
    const frame = encodeFrame(text);
    if (frame.length - 4 > this.#frameBytesMax) {
      throw new CallError('too_large', `a message of ${frame.length} bytes: ${this.#frameBytesMax} are allowed`);
    }
    if (this.#socket.writableLength > WAITING_BYTES_MAX) this.fail('the gateway does not read what is sent');
    this.#socket.write(frame);
  }

  ready(): Promise<void> | undefined {
    if (this.#socket.writableLength < CONGESTED_BYTES) return undefined;
    this.#drain ??= new Promise((resolve) => {
      this.#socket.once('drain', () => {
        this.#drain = undefined;
        resolve();
      });
    });
    return this.#drain;
  }

  fail(reason: string): never {
    console.error(`bridge: ${reason}`);
    return leave(2);
  }

  /** Sends what is waiting, then ends the process. */
  finish(): void {
    this.#socket.end(() => leave(0));
  }
}
