// What the cases are made of, and the bytes of it.
//
// A step is one of
//   message(kind, content, {cuts, every, between, withheld})   a message, in one frame or in fragments
//   frame(opcode, payload, {...})                              one frame with every field free
//   bytes(hex)                                                 anything
// `content` and `payload` are text, a Buffer, or {size}: that many asterisks.

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

function freshMask() {
  const mask = Buffer.allocUnsafe(4);
  mask.writeUInt32LE(Math.floor(Math.random() * 2 ** 32));
  return mask;
}

// The bytes of one frame as a client sends it, in one buffer: some cases have tens of thousands.
export function encode({ opcode, payload = '', fin = true, rsv = 0, masked = true, form, length, mask }) {
  const body = bufferOf(payload);
  const said = length ?? body.length;
  const written = form ?? (said <= 125 ? 0 : said <= 0xffff ? 126 : 127);
  const code = typeof opcode === 'number' ? opcode : opcodes[opcode];
  const bodyAt = 2 + (written === 0 ? 0 : written === 126 ? 2 : 8) + (masked ? 4 : 0);
  const out = Buffer.allocUnsafe(bodyAt + body.length);
  out[0] = (fin ? 0x80 : 0) | (rsv << 4) | code;
  out[1] = (masked ? 0x80 : 0) | (written === 0 ? Number(said) : written);
  if (written === 126) out.writeUInt16BE(Number(said), 2);
  if (written === 127) out.writeBigUInt64BE(BigInt(said), 2);
  body.copy(out, bodyAt);
  if (!masked) return out;
  const key = mask ?? freshMask();
  key.copy(out, bodyAt - 4);
  for (let index = 0; index < body.length; ++index) out[bodyAt + index] ^= key[index & 3];
  return out;
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
