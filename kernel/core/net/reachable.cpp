#include "kernel/core/net/reachable.hpp"

#include <uv.h>

#include <memory>

#include "kernel/core/loop/event.hpp"

namespace chela::net {
namespace {

// Lives until libuv has closed the handle, whatever became of the task that waits.
struct Attempt {
  uv_tcp_t socket;
  uv_connect_t request;
  std::weak_ptr<Completion<Result<void>>> done;

  static void on_connect(uv_connect_t* request, int status) {
    auto* attempt = static_cast<Attempt*>(request->data);
    auto done = attempt->done.lock();
    if (!done) return;
    if (status == 0) {
      done->set({});
    } else {
      done->set(fail(ErrorCode::unavailable, "{}", uv_strerror(status)));
    }
  }
  static void close(Attempt* attempt) {
    uv_close(reinterpret_cast<uv_handle_t*>(&attempt->socket),
             [](uv_handle_t* handle) { delete static_cast<Attempt*>(handle->data); });
  }
};

}  // namespace

Task<Result<void>> check_reachable(Loop& loop, std::string ip, std::uint16_t port, Duration timeout,
                                   CancelToken cancel) {
  sockaddr_storage address{};
  bool valid = uv_ip4_addr(ip.c_str(), port, reinterpret_cast<sockaddr_in*>(&address)) == 0 ||
               uv_ip6_addr(ip.c_str(), port, reinterpret_cast<sockaddr_in6*>(&address)) == 0;
  if (!valid) co_return fail(ErrorCode::invalid_argument, "{}: not an IP address", ip);

  auto done = std::make_shared<Completion<Result<void>>>();
  auto* made = new Attempt{.socket = {}, .request = {}, .done = done};
  uv_tcp_init(loop.uv(), &made->socket);
  made->socket.data = made;
  made->request.data = made;
  std::unique_ptr<Attempt, void (*)(Attempt*)> attempt(made, Attempt::close);
  int status = uv_tcp_connect(&attempt->request, &attempt->socket, reinterpret_cast<const sockaddr*>(&address),
                              Attempt::on_connect);
  if (status != 0) co_return fail(ErrorCode::unavailable, "{}", uv_strerror(status));
  co_return co_await wait_for(loop, *done, loop.now() + timeout, cancel);
}

}  // namespace chela::net
