#include "kernel/runtime/capabilities/route_call.hpp"

#include <deque>
#include <mutex>

#include "chela/ext/http_route.h"
#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/plugins/abi_text.hpp"
#include "kernel/runtime/models/call_id.hpp"

namespace chela::runtime {

using plugins::from_abi;
using plugins::to_abi;

namespace {

constexpr std::size_t kPieceOverhead = 64;  // so that empty pieces count, too
constexpr std::size_t kReasonBytesMax = 4096;

// Any thread.
Result<RouteHead> read_head(std::uint32_t status, const chela_http_header* headers, std::size_t count) {
  if (status < 200 || status > 599) {
    return fail(ErrorCode::protocol, "the plugin answered with the status {}, which is no final one", status);
  }
  if (count > RouteCall::kHeadersMax || (count > 0 && !headers)) {
    return fail(ErrorCode::protocol, "the plugin answered with {} headers, {} are the most", count,
                RouteCall::kHeadersMax);
  }
  RouteHead head{.status = static_cast<int>(status)};
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < count; ++i) {
    auto name = from_abi(headers[i].name);
    auto value = from_abi(headers[i].value);
    bytes += name.size() + value.size();
    if (bytes > RouteCall::kHeaderBytesMax) {
      return fail(ErrorCode::protocol, "the plugin answered with more than {} bytes of headers",
                  RouteCall::kHeaderBytesMax);
    }
    head.headers.emplace_back(to_lower(name), value);
  }
  return head;
}

}  // namespace

// The host's end of the answer. It keeps itself alive until the plugin has completed.
class RouteCall::Reception : public std::enable_shared_from_this<Reception> {
 public:
  Reception(Loop& loop, const chela_plugin_http_route& table, plugins::LeftoverCall leftover)
      : loop_(loop), table_(table), leftover_(std::move(leftover)) {
    response_ = {sizeof(chela_route_response), this, &on_head, &on_write, &on_complete};
  }

  Loop& loop() { return loop_; }
  const chela_plugin_http_route& table() const { return table_; }
  const chela_route_response* response() const { return &response_; }
  std::uint64_t id() const { return leftover_.id(); }
  void begin() { until_completed_ = shared_from_this(); }
  void over() {
    until_completed_.reset();
    leftover_.completed();
  }
  bool running() const { return until_completed_ != nullptr; }
  void abandon() {
    close();
    if (running()) leftover_.answered_for();
  }

  bool has_news() const { return (head_ && !head_taken_) || !pieces_.empty() || end_; }
  std::optional<RouteHead> take_head() {
    if (!head_ || std::exchange(head_taken_, true)) return std::nullopt;
    return std::move(head_);
  }
  // True when the plugin waits for room and there is some now.
  bool take_piece(std::optional<std::string>& out) {
    if (pieces_.empty()) return false;
    out = std::move(pieces_.front());
    pieces_.pop_front();
    const std::scoped_lock lock(mutex_);
    waiting_bytes_ -= out->size() + kPieceOverhead;
    return waiting_bytes_ <= kHighWater / 2 && std::exchange(slow_, false);
  }
  const std::optional<Result<void>>& end() const { return end_; }
  void set_waiter(Completion<Result<void>>* waiter) { waiter_ = waiter; }

 private:
  static Reception& of(const chela_route_response* response) { return *static_cast<Reception*>(response->context); }

  static void on_head(const chela_route_response* response, std::uint32_t status, const chela_http_header* headers,
                      std::size_t count) {
    auto& self = of(response);
    self.loop_.post([keep = self.shared_from_this(), head = read_head(status, headers, count)]() mutable {
      if (keep->end_) return;
      if (!head) return keep->finish(std::unexpected(std::move(head.error())));
      if (keep->had_head_) return keep->finish(fail(ErrorCode::protocol, "the plugin answered twice"));
      keep->had_head_ = true;
      keep->head_ = std::move(*head);
      keep->wake();
    });
  }

  static chela_status on_write(const chela_route_response* response, chela_str bytes) {
    auto& self = of(response);
    auto text = from_abi(bytes);
    bool slow = false;
    {
      const std::scoped_lock lock(self.mutex_);
      if (self.closed_) return CHELA_CANCELLED;
      self.waiting_bytes_ += text.size() + kPieceOverhead;
      if (self.waiting_bytes_ > kWaitingBytesMax) {
        self.closed_ = true;
        auto why = fail(ErrorCode::exhausted, "the plugin wrote on while more than {} bytes waited", kWaitingBytesMax);
        self.loop_.post([keep = self.shared_from_this(), why]() mutable { keep->finish(std::move(why)); });
        return CHELA_CANCELLED;
      }
      slow = self.waiting_bytes_ > kHighWater;
      self.slow_ = self.slow_ || slow;
    }
    self.loop_.post([keep = self.shared_from_this(), piece = std::string(text)]() mutable {
      if (keep->end_) return;
      if (!keep->had_head_) return keep->finish(fail(ErrorCode::protocol, "the plugin wrote a body before its head"));
      keep->pieces_.push_back(std::move(piece));
      keep->wake();
    });
    return slow ? CHELA_EXHAUSTED : CHELA_OK;
  }

  static void on_complete(const chela_route_response* response, chela_status status, chela_str text) {
    auto& self = of(response);
    auto reason = repair_utf8(cut_utf8(from_abi(text), kReasonBytesMax));
    self.loop_.post([keep = self.shared_from_this(), status, reason = std::move(reason)]() mutable {
      keep->over();
      if (status != CHELA_OK) {
        keep->finish(fail(plugins::to_error_code(status), "{}", reason.empty() ? "the plugin gave no reason" : reason));
      } else if (!keep->had_head_) {
        keep->finish(fail(ErrorCode::protocol, "the plugin completed without an answer"));
      } else {
        keep->finish({});
      }
    });
  }

  // The first end counts.
  void finish(Result<void> result) {
    close();
    if (!end_) end_ = std::move(result);
    wake();
  }
  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
  }
  void wake() {
    if (auto* waiter = std::exchange(waiter_, nullptr)) waiter->set({});
  }

  Loop& loop_;
  const chela_plugin_http_route& table_;
  plugins::LeftoverCall leftover_;
  chela_route_response response_;
  std::optional<RouteHead> head_;
  bool had_head_ = false;
  bool head_taken_ = false;
  std::deque<std::string> pieces_;
  std::optional<Result<void>> end_;
  Completion<Result<void>>* waiter_ = nullptr;
  std::shared_ptr<Reception> until_completed_;
  std::mutex mutex_;  // guards what follows: the plugin writes from any thread
  std::size_t waiting_bytes_ = 0;
  bool slow_ = false;    // the plugin waits for resume()
  bool closed_ = false;  // nobody reads any more
};

Result<std::unique_ptr<RouteCall>> RouteCall::start(Loop& loop, std::shared_ptr<plugins::Instance> instance,
                                                    RouteInput input) {
  auto place = fmt::format("plugin {}: the route {}", instance->manifest().id, input.route);
  const auto* table = instance->extension<chela_plugin_http_route>(CHELA_EXT_HTTP_ROUTE);
  if (!table || !CHELA_HAS(table, chela_plugin_http_route, handle) || !table->handle) {
    return fail(ErrorCode::unavailable, "{}: the plugin answers no requests", place);
  }
  auto leftover = input.leftover.value_or(plugins::LeftoverCall({}, next_call_id()));
  auto reception = std::make_shared<Reception>(loop, *table, std::move(leftover));
  std::vector<chela_http_header> headers;
  headers.reserve(input.headers.size());
  for (const auto& [name, value] : input.headers) headers.push_back({to_abi(name), to_abi(value)});
  auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(input.timeout).count();
  chela_route_request request{.struct_size = sizeof(chela_route_request),
                              .call_id = reception->id(),
                              .method = to_abi(input.method),
                              .route = to_abi(input.route),
                              .target = to_abi(input.target),
                              .headers = headers.data(),
                              .header_count = headers.size(),
                              .body = to_abi(input.body),
                              .client = to_abi(input.client),
                              .timeout_ms = static_cast<std::uint64_t>(timeout)};
  reception->begin();
  plugins::ErrorText error;
  auto status = plugins::guarded(
      error, [&] { return table->handle(instance->plugin(), &request, reception->response(), error.sink()); });
  if (status != CHELA_OK) {
    reception->over();
    return std::unexpected(error.error(place, status));
  }
  return std::unique_ptr<RouteCall>(new RouteCall(std::move(instance), std::move(reception)));
}

RouteCall::RouteCall(std::shared_ptr<plugins::Instance> instance, std::shared_ptr<Reception> reception)
    : loop_(reception->loop()), instance_(std::move(instance)), reception_(std::move(reception)) {}

RouteCall::~RouteCall() {
  reception_->set_waiter(nullptr);
  reception_->abandon();
  if (!reception_->running() || !reception_->table().cancel) return;
  plugins::ErrorText error;
  plugins::guarded(error, [&] {
    reception_->table().cancel(instance_->plugin(), reception_->id());
    return CHELA_OK;
  });
}

Task<Result<void>> RouteCall::news(TimePoint deadline, CancelToken cancel) {
  if (auto going = cancel.check(); !going) co_return std::unexpected(std::move(going.error()));
  if (reception_->has_news()) co_return Result<void>{};
  struct Waiting {
    std::shared_ptr<Reception> reception;
    Completion<Result<void>> done;
    explicit Waiting(std::shared_ptr<Reception> of) : reception(std::move(of)) { reception->set_waiter(&done); }
    ~Waiting() { reception->set_waiter(nullptr); }
  } waiting(reception_);
  auto some = wait_for(loop_, waiting.done, deadline, cancel);
  co_return co_await std::move(some);
}

Task<Result<RouteHead>> RouteCall::head(TimePoint deadline, CancelToken cancel) {
  auto waiting = news(deadline, std::move(cancel));
  auto waited = co_await std::move(waiting);
  if (!waited) co_return std::unexpected(std::move(waited.error()));
  if (auto head = reception_->take_head()) co_return std::move(*head);
  if (const auto& end = reception_->end(); end && !*end) co_return std::unexpected(end->error());
  co_return fail(ErrorCode::protocol, "the plugin completed without an answer");
}

Task<Result<std::optional<std::string>>> RouteCall::next(TimePoint deadline, CancelToken cancel) {
  auto waiting = news(deadline, std::move(cancel));
  auto waited = co_await std::move(waiting);
  if (!waited) co_return std::unexpected(std::move(waited.error()));
  std::optional<std::string> piece;
  bool resume = reception_->take_piece(piece);
  const auto& table = reception_->table();
  if (resume && reception_->running() && CHELA_HAS(&table, chela_plugin_http_route, resume) && table.resume) {
    plugins::ErrorText error;
    plugins::guarded(error, [&] {
      table.resume(instance_->plugin(), reception_->id());
      return CHELA_OK;
    });
  }
  if (piece) co_return piece;
  const auto& end = reception_->end();
  if (end && !*end) co_return std::unexpected(end->error());
  co_return std::nullopt;
}

}  // namespace chela::runtime
