#pragma once

// libcurl's multi interface on the kernel's libuv loop (multi_socket: no thread, no polling). Loop thread only.

#include <curl/curl.h>
#include <uv.h>

#include <utility>
#include <vector>

#include "kernel/core/net/egress/transfer.hpp"
#include "kernel/core/net/egress_engine.hpp"

namespace chela::net {

// libcurl must not be entered again from its own callbacks, which call the kernel, which may start, stop or resume any
// transfer. So whatever comes in while libcurl is on the stack is noted and done when it has returned (settle()).
class CurlEngine final : public EgressEngine {
 public:
  static CurlEngine* create(uv_loop_t* loop);  // null when libcurl is out of memory
  ~CurlEngine() override;

  EngineTransfer* start(EngineRequest request, EngineSink& sink) override;
  void stop(EngineTransfer* transfer) override;
  void pause(EngineTransfer* transfer) override { transfer->want_pause(); }
  void resume(EngineTransfer* transfer) override;

 private:
  struct Watch;

  CurlEngine(uv_loop_t* loop, CURLM* multi);
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* watch);
  static int on_timer(CURLM* multi, long timeout_ms, void* self);
  static void on_ready(uv_poll_t* poll, int status, int events);

  Watch* watch_socket(curl_socket_t socket);
  void forget_socket(Watch* watch);
  void act(curl_socket_t socket, int events);  // libcurl works
  void settle();
  void report_ended();
  void end(EngineTransfer* transfer, CURLcode code);
  void discard(EngineTransfer* transfer);
  void schedule_settle();

  uv_loop_t* loop_;
  CURLM* multi_;
  uv_timer_t* timer_;   // libcurl's only one
  uv_timer_t* settle_;  // runs settle() soon, from the loop
  int depth_ = 0;       // libcurl is on the stack
  std::vector<EngineTransfer*> starting_;
  std::vector<EngineTransfer*> resuming_;
  std::vector<EngineTransfer*> stopped_;
  std::vector<std::pair<EngineTransfer*, CURLcode>> ended_;  // that libcurl does not report by itself
};

}  // namespace chela::net
