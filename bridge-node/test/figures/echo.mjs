// The floor: a Node process that sends back what comes on descriptor 3, and knows nothing else.

import { Socket } from 'node:net';

const socket = new Socket({
  fd: 3, readable: true, writable: true,
  onread: {
    buffer: Buffer.alloc(65_536),
    callback(size, buffer) {
      socket.write(Buffer.from(buffer.subarray(0, size)));
      return true;
    },
  },
});
socket.on('end', () => process.exit(0));
