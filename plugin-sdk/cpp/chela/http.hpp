#ifndef CHELA_HTTP_HPP
#define CHELA_HTTP_HPP
// HTTP requests through the host (chela.http/1). Loop only.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "chela/callback.hpp"
#include "chela/host.hpp"

namespace chela {
inline namespace sdk {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

// Times in milliseconds, 0 for the host's default; {{secret:NAME}} in a header's value is filled in by the host.
struct HttpRequest {
  std::string method = "GET";
  std::string url;
  HttpHeaders headers;
  std::string body;
  std::string proxy;
  std::uint64_t connect_timeout_ms = 0;
  std::uint64_t first_byte_timeout_ms = 0;
  std::uint64_t idle_timeout_ms = 0;
  std::uint64_t total_timeout_ms = 0;
  std::uint64_t response_bytes_max = 0;
};

struct HttpHead {
  std::uint32_t status = 0;
  HttpHeaders headers;  // names in lower case

  // The first value of `name` (lower case), or null.
  const std::string* find_header(std::string_view name) const {
    for (const auto& header : headers) {
      if (header.first == name) return &header.second;
    }
    return nullptr;
  }
};

// A whole response. `outcome` is CHELA_OK when it arrived whole, whatever `head.status` is; else `error` says why.
struct HttpResponse {
  chela_status outcome = CHELA_OK;
  std::string error;
  HttpHead head;
  std::string body;
};

// A response as it arrives. What on_head or on_body throws cancels the request and reaches on_done as its outcome.
struct HttpHandlers {
  Callback<void(HttpHead)> on_head;
  Callback<void(std::string_view)> on_body;
  Callback<void(chela_status, std::string_view)> on_done;  // exactly once, unless the HttpCall was destroyed before
};

namespace detail {

class HttpState final : public OpenWork {
 public:
  HttpState(std::weak_ptr<HostState> host, HttpHandlers handlers)
      : host_(std::move(host)), handlers_(std::move(handlers)) {
    listener_ = {sizeof(chela_http_listener), this, &Thunk<chela_http_listener, &HttpState::head>::call,
                 &Thunk<chela_http_listener, &HttpState::body>::call,
                 &Thunk<chela_http_listener, &HttpState::done>::call};
  }

  // `self` stays in the host's list of open work until on_done, so the listener outlives the request.
  static void send(const std::shared_ptr<HttpState>& self, const HttpRequest& request) {
    std::shared_ptr<HostState> host = self->host_.lock();
    self->service_ = host->get<chela_host_http>(CHELA_EXT_HTTP);
    std::vector<chela_http_header> headers;
    headers.reserve(request.headers.size());
    for (const auto& header : request.headers) headers.push_back({to_str(header.first), to_str(header.second)});
    chela_http_request raw = {};
    raw.struct_size = sizeof raw;
    raw.method = to_str(request.method);
    raw.url = to_str(request.url);
    raw.headers = headers.data();
    raw.header_count = headers.size();
    raw.body = to_str(request.body);
    raw.proxy = to_str(request.proxy);
    raw.connect_timeout_ms = request.connect_timeout_ms;
    raw.first_byte_timeout_ms = request.first_byte_timeout_ms;
    raw.idle_timeout_ms = request.idle_timeout_ms;
    raw.total_timeout_ms = request.total_timeout_ms;
    raw.response_bytes_max = request.response_bytes_max;
    std::string refusal = "the host refused the request";
    chela_error_sink error = {sizeof(chela_error_sink), &refusal, &copy_error};
    host->add(self);
    self->id_ = self->service_->send(host->host, &raw, &self->listener_, &error);
    if (self->id_ == 0 && !self->finished_) {
      self->finished_ = true;
      host->remove(self.get());
      throw Failure(CHELA_DENIED, request.method + " " + request.url + ": " + refusal);
    }
  }

  void cancel() override {
    std::shared_ptr<HostState> host = host_.lock();
    if (!finished_ && id_ != 0 && host != nullptr) service_->cancel(host->host, id_);
  }
  // After it no handler is called.
  void mute() { muted_ = true; }
  bool finished() const { return finished_; }

  void on_failure(const Failure& failure) {
    if (finished_) {  // on_done itself threw: nobody is left to tell
      if (auto host = host_.lock()) Log(host).error("on_done of a request: " + failure.text());
      return;
    }
    if (failure_status_ == CHELA_OK) {
      failure_status_ = failure.status() == CHELA_OK ? CHELA_INTERNAL : failure.status();
      failure_text_ = failure.text();
    }
    cancel();
  }

 private:
  static void copy_error(const chela_error_sink* sink, chela_str message) {
    static_cast<std::string*>(sink->context)->assign(to_view(message));
  }

  static void head(HttpState& self, std::uint32_t status, const chela_http_header* headers, std::size_t count) {
    if (!self.listening() || !self.handlers_.on_head) return;
    HttpHead head;
    head.status = status;
    for (std::size_t i = 0; i < count; ++i) {
      head.headers.emplace_back(to_view(headers[i].name), to_view(headers[i].value));
    }
    self.handlers_.on_head(std::move(head));
  }

  static void body(HttpState& self, chela_str bytes) {
    if (self.listening() && self.handlers_.on_body) self.handlers_.on_body(to_view(bytes));
  }

  static void done(HttpState& self, chela_status status, chela_str error) {
    if (self.finished_) return;
    self.finished_ = true;
    std::shared_ptr<HostState> host = self.host_.lock();
    if (host != nullptr) host->remove(&self);
    if (self.muted_ || !self.handlers_.on_done) return;
    auto on_done = std::move(self.handlers_.on_done);  // it may destroy the HttpCall that holds it
    if (self.failure_status_ != CHELA_OK) return on_done(self.failure_status_, self.failure_text_);
    on_done(status, to_view(error));
  }

  bool listening() const { return !muted_ && !finished_ && failure_status_ == CHELA_OK; }

  std::weak_ptr<HostState> host_;
  HttpHandlers handlers_;
  const chela_host_http* service_ = nullptr;
  chela_http_listener listener_ = {};
  std::uint64_t id_ = 0;
  bool finished_ = false;
  bool muted_ = false;
  chela_status failure_status_ = CHELA_OK;
  std::string failure_text_;
};

}  // namespace detail

// A request under way. Destroying it ends the request and silences its handlers, also from inside one of them.
class HttpCall {
 public:
  HttpCall() = default;
  explicit HttpCall(std::shared_ptr<detail::HttpState> state) : state_(std::move(state)) {}
  HttpCall(HttpCall&& other) noexcept : state_(std::move(other.state_)) {}
  HttpCall& operator=(HttpCall&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~HttpCall() {
    if (state_ == nullptr) return;
    state_->mute();
    state_->cancel();
  }

  // Ends the request now: on_done is called with CHELA_CANCELLED, unless it was called before.
  void cancel() {
    if (state_ != nullptr) state_->cancel();
  }
  bool finished() const { return state_ == nullptr || state_->finished(); }

 private:
  std::shared_ptr<detail::HttpState> state_;
};

class Http {
 public:
  explicit Http(std::shared_ptr<detail::HostState> state) : state_(std::move(state)) {}

  // Sends `request` and hands the response on as it arrives. Throws Failure when the host refuses.
  [[nodiscard]] HttpCall send(const HttpRequest& request, HttpHandlers handlers) const {
    auto state = std::make_shared<detail::HttpState>(state_, std::move(handlers));
    HttpCall call(state);
    detail::HttpState::send(state, request);
    return call;
  }

  // Sends `request` and hands the whole response on, once.
  [[nodiscard]] HttpCall fetch(const HttpRequest& request, Callback<void(HttpResponse)> on_response) const {
    auto response = std::make_shared<HttpResponse>();
    HttpHandlers handlers;
    handlers.on_head = [response](HttpHead head) { response->head = std::move(head); };
    handlers.on_body = [response](std::string_view piece) { response->body.append(piece); };
    handlers.on_done = [response, on_response = std::move(on_response)](chela_status outcome, std::string_view error) {
      response->outcome = outcome;
      response->error = std::string(error);
      on_response(std::move(*response));
    };
    return send(request, std::move(handlers));
  }

 private:
  std::shared_ptr<detail::HostState> state_;
};

inline Http Host::http() const {
  return Http(state_);
}

}  // namespace sdk
}  // namespace chela
#endif
