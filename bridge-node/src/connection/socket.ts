// Descriptor 3: one end of a socket pair whose other end the kernel holds.

import { Socket } from 'node:net';
import { socketAddon } from './addon.js';
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
  readonly #reader: FrameReader;
  #block: Buffer | undefined; // what is read without the event loop
  #texts: string[] = []; // of the bytes that are being cut
  #drain: Promise<void> | undefined;
  #frameBytesMax = FRAME_BYTES_MAX;

  constructor(onMessage: (text: string) => void) {
    this.#reader = new FrameReader(FRAME_BYTES_MAX, (text) => this.#texts.push(text));
    this.#socket = new Socket({
      fd: DESCRIPTOR,
      readable: true,
      writable: true,
      onread: {
        buffer: Buffer.allocUnsafeSlow(READ_BYTES),
        callback: (size: number, buffer: Uint8Array) => {
          for (const text of this.#cut((buffer as Buffer).subarray(0, size))) onMessage(text);
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
    const frame = this.#frameOf(text);
    if (this.#socket.writableLength > WAITING_BYTES_MAX) this.fail('the gateway does not read what is sent');
    this.#socket.write(frame);
  }

  #frameOf(text: string): Buffer {
    const frame = encodeFrame(text);
    if (frame.length - 4 <= this.#frameBytesMax) return frame;
    throw new CallError('too_large', `a message of ${frame.length} bytes: ${this.#frameBytesMax} are allowed`);
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

  canBlock(): boolean {
    return socketAddon() !== null;
  }

  sendNow(text: string, timeoutMs: number): void {
    const frame = this.#frameOf(text);
    if (this.#socket.writableLength > 0) throw new CallError('exhausted', 'what was sent before is still on its way');
    if (!socketAddon()!.sendAll(DESCRIPTOR, frame, timeoutMs)) this.fail('the gateway does not read what is sent');
  }

  receiveNow(timeoutMs: number): string[] {
    this.#block ??= Buffer.allocUnsafeSlow(READ_BYTES);
    const size = socketAddon()!.receive(DESCRIPTOR, this.#block, timeoutMs);
    if (size === 0) leave(0);
    return size < 0 ? [] : this.#cut(this.#block.subarray(0, size));
  }

  /** All messages first, then what they do: that may block for more of them. */
  #cut(bytes: Buffer): string[] {
    const texts: string[] = [];
    this.#texts = texts;
    if (!this.#reader.push(bytes)) this.fail('a frame is longer than allowed');
    return texts;
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
