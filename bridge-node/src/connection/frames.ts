// Frames: four bytes of length, little endian, and so many bytes of UTF-8.

const HEADER_BYTES = 4;

export function encodeFrame(text: string): Buffer {
  const size = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + size);
  frame.writeUInt32LE(size, 0);
  frame.write(text, HEADER_BYTES, size, 'utf8');
  return frame;
}

/** Cuts a stream of bytes into frames. What `push` gets may be overwritten after it has returned. */
export class FrameReader {
  readonly #bytesMax: number;
  readonly #onFrame: (text: string) => void;
  #rest: Buffer | null = null; // of an unfinished frame, header included; as long as the frame once that is known
  #filled = 0;

  constructor(bytesMax: number, onFrame: (text: string) => void) {
    this.#bytesMax = bytesMax;
    this.#onFrame = onFrame;
  }

  /** False when a frame is longer than allowed: nothing after it can be understood. */
  push(chunk: Buffer): boolean {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#rest !== null) {
        const taken = this.#fill(chunk, offset);
        if (taken < 0) return false;
        offset += taken;
        continue;
      }
      const left = chunk.length - offset;
      if (left < HEADER_BYTES) {
        this.#keep(chunk, offset, HEADER_BYTES);
        return true;
      }
      const size = chunk.readUInt32LE(offset);
      if (size > this.#bytesMax) return false;
      if (left < HEADER_BYTES + size) {
        this.#keep(chunk, offset, HEADER_BYTES + size);
        return true;
      }
      offset += HEADER_BYTES;
      this.#onFrame(chunk.toString('utf8', offset, offset + size));
      offset += size;
    }
    return true;
  }

  #keep(chunk: Buffer, offset: number, size: number): void {
    this.#rest = Buffer.allocUnsafe(size);
    this.#filled = chunk.copy(this.#rest, 0, offset);
  }

  /** How many bytes of the chunk went into the unfinished frame; -1 when it turns out too long. */
  #fill(chunk: Buffer, offset: number): number {
    const rest = this.#rest!;
    const taken = chunk.copy(rest, this.#filled, offset);
    this.#filled += taken;
    if (this.#filled < rest.length) return taken;
    const size = rest.readUInt32LE(0);
    if (rest.length === HEADER_BYTES && size > 0) {
      if (size > this.#bytesMax) return -1;
      this.#keep(rest, 0, HEADER_BYTES + size);
      return taken;
    }
    this.#rest = null;
    this.#onFrame(rest.toString('utf8', HEADER_BYTES));
    return taken;
  }
}
