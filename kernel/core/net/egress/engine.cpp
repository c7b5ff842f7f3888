#include "kernel/core/net/egress/engine.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace chela::net {

namespace {

// Idle connections kept for the next request; more are closed, oldest first.
constexpr long kPooledConnectionsMax = 64;
constexpr long kStreamsPerConnectionMax = 256;

uv_timer_t* create_timer(uv_loop_t* loop, void* data) {
  auto* timer = new uv_timer_t;
  uv_timer_init(loop, timer);
  timer->data = data;
  return timer;
}

void close_timer(uv_timer_t* timer) {
  uv_close(reinterpret_cast<uv_handle_t*>(timer),
           [](uv_handle_t* handle) { delete reinterpret_cast<uv_timer_t*>(handle); });
}

}  // namespace

struct CurlEngine::Watch {
  uv_poll_t poll;
  CurlEngine* engine;
  curl_socket_t socket;
  int events = 0;
};

CurlEngine* CurlEngine::create(uv_loop_t* loop) {
  CURLM* multi = curl_multi_init();
  return multi ? new CurlEngine(loop, multi) : nullptr;
}

CurlEngine::CurlEngine(uv_loop_t* loop, CURLM* multi)
    : loop_(loop), multi_(multi), timer_(create_timer(loop, this)), settle_(create_timer(loop, this)) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlEngine::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlEngine::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kPooledConnectionsMax);
  curl_multi_setopt(multi_, CURLMOPT_MAX_CONCURRENT_STREAMS, kStreamsPerConnectionMax);
}

CurlEngine::~CurlEngine() {
  for (EngineTransfer* transfer : std::exchange(stopped_, {})) discard(transfer);
  ++depth_;
  curl_multi_cleanup(multi_);  // closes the pooled connections, which calls on_socket()
  close_timer(timer_);
  close_timer(settle_);
}

EngineTransfer* CurlEngine::start(EngineRequest request, EngineSink& sink) {
  auto* transfer = new EngineTransfer(std::move(request), sink);
  starting_.push_back(transfer);
  schedule_settle();
  return transfer;
}

void CurlEngine::stop(EngineTransfer* transfer) {
  transfer->silence();
  if (depth_ > 0) {
    stopped_.push_back(transfer);
  } else {
    discard(transfer);
  }
}

void CurlEngine::resume(EngineTransfer* transfer) {
  if (!transfer->want_resume()) return;
  resuming_.push_back(transfer);
  schedule_settle();
}

void CurlEngine::schedule_settle() {
  if (uv_is_active(reinterpret_cast<uv_handle_t*>(settle_))) return;
  uv_timer_start(settle_, [](uv_timer_t* timer) { static_cast<CurlEngine*>(timer->data)->settle(); }, 0, 0);
}

void CurlEngine::act(curl_socket_t socket, int events) {
  int still_running = 0;
  ++depth_;
  curl_multi_socket_action(multi_, socket, events, &still_running);
  --depth_;
  settle();
}

void CurlEngine::settle() {
  if (depth_ > 0) return;
  for (EngineTransfer* transfer : std::exchange(stopped_, {})) discard(transfer);
  ++depth_;
  for (EngineTransfer* transfer : std::exchange(starting_, {})) {
    bool added = transfer->ready() && curl_multi_add_handle(multi_, transfer->easy()) == CURLM_OK;
    if (!added) ended_.emplace_back(transfer, CURLE_FAILED_INIT);
  }
  for (EngineTransfer* transfer : std::exchange(resuming_, {})) {
    // The bytes held back are offered in there; a refusal ends the call, but not the transfer.
    CURLcode code = transfer->go_on();
    if (code == CURLE_OK && transfer->holds_body()) continue;
    if (code == CURLE_OK) code = transfer->remembered_end().value_or(CURLE_OK);
    if (code != CURLE_OK || transfer->remembered_end()) ended_.emplace_back(transfer, code);
  }
  --depth_;
  for (EngineTransfer* transfer : std::exchange(stopped_, {})) discard(transfer);
  report_ended();
}

void CurlEngine::report_ended() {
  while (!ended_.empty()) {
    auto [transfer, code] = ended_.back();
    ended_.pop_back();
    end(transfer, code);
  }
  int queued = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_, &queued)) {
    if (message->msg != CURLMSG_DONE) continue;
    EngineTransfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    end(transfer, message->data.result);
  }
}

// The sink may stop any other transfer in here, also one of ended_.
void CurlEngine::end(EngineTransfer* transfer, CURLcode code) {
  if (transfer->holds_body()) {
    transfer->remember_end(code);
    return;
  }
  transfer->finish(code);
  discard(transfer);
}

void CurlEngine::discard(EngineTransfer* transfer) {
  std::erase(starting_, transfer);
  std::erase(resuming_, transfer);
  std::erase_if(ended_, [&](const auto& ended) { return ended.first == transfer; });
  ++depth_;
  curl_multi_remove_handle(multi_, transfer->easy());
  --depth_;
  delete transfer;
}

int CurlEngine::on_socket(CURL*, curl_socket_t socket, int what, void* self, void* known) {
  auto& engine = *static_cast<CurlEngine*>(self);
  auto* watch = static_cast<Watch*>(known);
  if (what == CURL_POLL_REMOVE) {
    if (watch) engine.forget_socket(watch);
    return 0;
  }
  if (!watch) watch = engine.watch_socket(socket);
  if (!watch) return 0;  // out of kernel memory for watches: the request runs into its deadline
  int events = 0;
  if (what != CURL_POLL_OUT) events |= UV_READABLE;
  if (what != CURL_POLL_IN) events |= UV_WRITABLE;
  watch->events = events;
  uv_poll_start(&watch->poll, events, &CurlEngine::on_ready);
  return 0;
}

CurlEngine::Watch* CurlEngine::watch_socket(curl_socket_t socket) {
  auto watch = std::make_unique<Watch>();
  watch->engine = this;
  watch->socket = socket;
  if (uv_poll_init_socket(loop_, &watch->poll, socket) != 0) return nullptr;
  watch->poll.data = watch.get();
  curl_multi_assign(multi_, socket, watch.get());
  return watch.release();
}

void CurlEngine::forget_socket(Watch* watch) {
  curl_multi_assign(multi_, watch->socket, nullptr);
  uv_poll_stop(&watch->poll);  // at once: libcurl closes the descriptor, and its number may be used again
  uv_close(reinterpret_cast<uv_handle_t*>(&watch->poll),
           [](uv_handle_t* handle) { delete static_cast<Watch*>(handle->data); });
}

void CurlEngine::on_ready(uv_poll_t* poll, int status, int events) {
  auto* watch = static_cast<Watch*>(poll->data);
  int ready = 0;
  if (events & UV_READABLE) ready |= CURL_CSELECT_IN;
  if (events & UV_WRITABLE) ready |= CURL_CSELECT_OUT;
  // libuv reports a socket's error (a reset, a refused connection) by ending the watch. libcurl learns which error it
  // is only by using the socket; told CURL_CSELECT_ERR it would give up without asking.
  if (status < 0) ready = CURL_CSELECT_IN | CURL_CSELECT_OUT;
  watch->engine->act(watch->socket, ready);
  auto* handle = reinterpret_cast<uv_handle_t*>(poll);  // freed by a later turn of the loop at the earliest
  if (status < 0 && !uv_is_closing(handle) && !uv_is_active(handle)) {
    uv_poll_start(poll, watch->events, &CurlEngine::on_ready);
  }
}

int CurlEngine::on_timer(CURLM*, long timeout_ms, void* self) {
  auto& engine = *static_cast<CurlEngine*>(self);
  if (timeout_ms < 0) {
    uv_timer_stop(engine.timer_);
    return 0;
  }
  uv_update_time(engine.loop_);
  uv_timer_start(
      engine.timer_, [](uv_timer_t* timer) { static_cast<CurlEngine*>(timer->data)->act(CURL_SOCKET_TIMEOUT, 0); },
      static_cast<std::uint64_t>(timeout_ms), 0);
  return 0;
}

}  // namespace chela::net
