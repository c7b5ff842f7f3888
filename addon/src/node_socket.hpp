#pragma once

// Reading and writing a socket of this process without its event loop, for a call that must not wait for it.

#include <napi.h>

namespace chela::addon {

// sendAll(descriptor, bytes, timeoutMs): true when all is written, false when the other end does not read in time.
// receive(descriptor, buffer, timeoutMs): how many bytes came; 0 at the end of the stream, -1 when nothing came in
// time. Both throw an Error with the system's reason. The descriptor may be non-blocking, and stays what it is.
void define_socket_functions(Napi::Env env, Napi::Object exports);

}  // namespace chela::addon
