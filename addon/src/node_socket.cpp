#include "addon/src/node_socket.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "addon/src/node_values.hpp"

namespace chela::addon {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void raise_errno(Napi::Env env, const char* what) {
  throw Napi::Error::New(env, std::string(what) + ": " + std::strerror(errno));
}

// Whether the descriptor became ready before `end`.
bool wait_for(Napi::Env env, int descriptor, short events, Clock::time_point end) {
  while (true) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd waiting{descriptor, events, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::clamp<long long>(left, 0, 1 << 30)));
    if (ready > 0) return true;
    if (ready == 0 && left <= 0) return false;
    if (ready < 0 && errno != EINTR) raise_errno(env, "waiting for the socket");
  }
}

struct Arguments {
  explicit Arguments(const Napi::CallbackInfo& info)
      : descriptor(static_cast<int>(number_of(info[0]))),
        bytes(info[1].As<Napi::Uint8Array>()),
        end(Clock::now() + std::chrono::milliseconds(number_of(info[2]))) {}

  int descriptor;
  Napi::Uint8Array bytes;
  Clock::time_point end;
};

bool is_retry() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

Napi::Value send_all(const Napi::CallbackInfo& info) {
  Arguments given(info);
  std::size_t sent = 0;
  while (sent < given.bytes.ByteLength()) {
    auto count = ::send(given.descriptor, given.bytes.Data() + sent, given.bytes.ByteLength() - sent,
                        MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) {
      sent += static_cast<std::size_t>(count);
    } else if (!is_retry()) {
      raise_errno(info.Env(), "writing to the socket");
    } else if (!wait_for(info.Env(), given.descriptor, POLLOUT, given.end)) {
      return Napi::Boolean::New(info.Env(), false);
    }
  }
  return Napi::Boolean::New(info.Env(), true);
}

Napi::Value receive(const Napi::CallbackInfo& info) {
  Arguments given(info);
  while (wait_for(info.Env(), given.descriptor, POLLIN, given.end)) {
    auto count = ::recv(given.descriptor, given.bytes.Data(), given.bytes.ByteLength(), MSG_DONTWAIT);
    if (count >= 0) return Napi::Number::New(info.Env(), static_cast<double>(count));
    if (!is_retry()) raise_errno(info.Env(), "reading from the socket");
  }
  return Napi::Number::New(info.Env(), -1);
}

}  // namespace

void define_socket_functions(Napi::Env env, Napi::Object exports) {
  exports.Set("sendAll", Napi::Function::New<send_all>(env, "sendAll"));
  exports.Set("receive", Napi::Function::New<receive>(env, "receive"));
}

}  // namespace chela::addon
