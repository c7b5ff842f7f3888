// What the cases are made of, and the bytes of it.
//
// A step is one of
//   message(kind, content, {cuts, every, between, withheld})   a message, in one frame or in fragments
//   frame(opcode, payload, {...})                              one frame with every field free
//   bytes(hex)                                                 anything
// `content` and `payload` are text, a Buffer, or {size}: that many asterisks.

import { randomFillSync } from 'node:crypto';

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

// `cuts`: offsets in the content where a new fragment starts; `every`: fragments of that size; `between`: frames after
// the fragment of that index; `withheld`: so many bytes are announced by the last frame and never sent.
export const message = (kind, content = '', more = {}) => ({ step: 'message', kind, content, ...more });
export const text = (content, more) => message('text', content, more);
export const binary = (content, more) => message('binary', content, more);

// Fields: fin, rsv (0..7), masked, form (0, 126 or 127: how the length is written), length (a lie), mask (4 bytes).
export const frame = (opcode, payload = '', more = {}) => ({ step: 'frame', opcode, payload, ...more });
export const ping = (payload, more) => frame('ping', payload, more);
export const pong = (payload, more) => frame('pong', payload, more);
export const bytes = (hex) => ({ step: 'bytes', hex });

export function close(code, reason = '', more) {
  return frame('close', code === undefined ? '' : closePayload(code, reason), more);
}

export function closePayload(code, reason = '') {
  const tail = bufferOf(reason);
  const payload = Buffer.alloc(2 + tail.length);
  payload.writeUInt16BE(code);
  tail.copy(payload, 2);
  return payload;
}

export const hex = (digits) => Buffer.from(digits.replaceAll(' ', ''), 'hex');

export function bufferOf(content) {
  if (Buffer.isBuffer(content)) return content;
  return typeof content === 'string' ? Buffer.from(content) : Buffer.alloc(content.size, '*');
}

function lengthBytes(length, form) {
  if (form === 0) return Buffer.alloc(0);
  if (form === 126) return Buffer.from([Number(length >> 8n) & 0xff, Number(length & 0xffn)]);
  const out = Buffer.alloc(8);
  out.writeBigUInt64BE(length);
  return out;
}

// The bytes of one frame as a client sends it.
export function encode({ opcode, payload = '', fin = true, rsv = 0, masked = true, form, length, mask }) {
  const body = Buffer.from(bufferOf(payload));
  const said = BigInt(length ?? body.length);
  const written = form ?? (said <= 125n ? 0 : said <= 0xffffn ? 126 : 127);
  const code = typeof opcode === 'number' ? opcode : opcodes[opcode];
  const first = (fin ? 0x80 : 0) | (rsv << 4) | code;
  const second = (masked ? 0x80 : 0) | (written === 0 ? Number(said) : written);
  const head = Buffer.concat([Buffer.from([first, second]), lengthBytes(said, written)]);
  if (!masked) return Buffer.concat([head, body]);
  const key = mask ?? randomFillSync(Buffer.alloc(4));
  for (let index = 0; index < body.length; ++index) body[index] ^= key[index & 3];
  return Buffer.concat([head, key, body]);
}

// A message as its frames; `between` included.
export function framesOf({ kind, content, cuts, every, between = {}, withheld = 0 }) {
  const whole = bufferOf(content);
  let starts = [0, ...(cuts ?? [])];
  if (every) starts = Array.from({ length: Math.max(1, Math.ceil(whole.length / every)) }, (_, index) => index * every);
  return starts.flatMap((start, index) => {
    const last = index === starts.length - 1;
    const payload = whole.subarray(start, last ? whole.length : starts[index + 1]);
    const length = last && withheld > 0 ? payload.length + withheld : undefined;
    return [{ opcode: index === 0 ? kind : 'continuation', payload, fin: last, length }, ...(between[index] ?? [])];
  });
}

export function bytesOf(steps) {
  return Buffer.concat(
    steps.flatMap((step) => {
      if (step.step === 'bytes') return [hex(step.hex)];
      return step.step === 'message' ? framesOf(step).map(encode) : [encode(step)];
    }),
  );
}
