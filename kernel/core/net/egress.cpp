#include "kernel/core/net/egress.hpp"

#include <unordered_map>
#include <utility>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/net/egress_engine.hpp"
#include "kernel/core/net/egress_loader.hpp"
#include "kernel/core/net/egress_transfer.hpp"

namespace chela::net {

struct EgressClient::State final : EgressTransferOwner, std::enable_shared_from_this<State> {
  State(Loop& owner, EgressOptions given) : loop(owner), options(std::move(given)) {}

  Result<EgressId> send(EgressRequest request, EgressListener& listener);
  void cancel(EgressId id);
  void close();
  EgressTransfer* find(EgressId id);

  Result<void> load_module();
  void on_loaded(Result<const EgressModule*> module);
  void on_ended(EgressTransfer& transfer, Result<void> result) override;

  Loop& loop;
  const EgressOptions options;
  std::unique_ptr<EgressEngine> engine;
  bool loading = false;
  bool closed = false;
  EgressId last_id = 0;
  EgressStats stats;
  std::unordered_map<EgressId, std::unique_ptr<EgressTransfer>> transfers;
  std::vector<EgressId> waiting;  // for the module
};

Result<EgressId> EgressClient::State::send(EgressRequest request, EgressListener& listener) {
  if (closed) return fail(ErrorCode::cancelled, "sending a request: the egress client is shut down");
  if (transfers.size() >= options.requests_max) {
    return fail(ErrorCode::exhausted, "sending a request: {} are under way already", transfers.size());
  }
  CHELA_TRY(auto accepted, EgressTransfer::accept(options, std::move(request)));
  if (!engine) CHELA_CHECK(load_module());
  EgressId id = ++last_id;
  EgressTransfer::Context context{loop, options, *this};
  auto transfer = std::make_unique<EgressTransfer>(context, id, listener, std::move(accepted));
  ++stats.started;
  if (engine) {
    transfer->start(*engine);
  } else {
    waiting.push_back(id);
  }
  transfers.emplace(id, std::move(transfer));
  stats.active = transfers.size();
  return id;
}

Result<void> EgressClient::State::load_module() {
  if (std::exchange(loading, true)) return {};
  auto submitted = loop.workers().submit([&into = loop, weak = weak_from_this(), file = options.module_path] {
    auto path = file.empty() ? default_egress_module() : Result<std::filesystem::path>(file);
    Result<const EgressModule*> module = std::unexpected(Error{});
    module = path ? load_egress_module(*path) : std::unexpected(std::move(path.error()));
    into.post([weak, module = std::move(module)]() mutable {
      if (auto state = weak.lock()) state->on_loaded(std::move(module));
    });
  });
  if (!submitted) loading = false;
  return submitted;
}

void EgressClient::State::on_loaded(Result<const EgressModule*> module) {
  loading = false;
  if (closed) return;
  if (module) {
    engine.reset((*module)->create(loop.uv()));
    if (!engine) module = fail(ErrorCode::exhausted, "loading the egress module: out of memory");
  }
  for (EgressId id : std::exchange(waiting, {})) {
    EgressTransfer* transfer = find(id);
    if (!transfer) continue;  // cancelled meanwhile
    module ? transfer->start(*engine) : transfer->fail_with(module.error());
  }
}

EgressTransfer* EgressClient::State::find(EgressId id) {
  auto found = transfers.find(id);
  return found == transfers.end() ? nullptr : found->second.get();
}

void EgressClient::State::cancel(EgressId id) {
  if (EgressTransfer* transfer = find(id)) transfer->fail_with({ErrorCode::cancelled, "cancelled"});
}

void EgressClient::State::close() {
  closed = true;
  while (!transfers.empty()) cancel(transfers.begin()->first);
  engine.reset();
}

void EgressClient::State::on_ended(EgressTransfer& transfer, Result<void> result) {
  auto ended = transfers.extract(transfer.id());
  EgressListener& listener = transfer.listener();
  stats.active = transfers.size();
  stats.body_bytes += transfer.body_bytes();
  ++(result ? stats.succeeded : stats.failed);
  listener.on_done(std::move(result));
}

EgressClient::EgressClient(Loop& loop, EgressOptions options)
    : state_(std::make_shared<State>(loop, std::move(options))) {}

EgressClient::~EgressClient() {
  state_->close();
}

Result<EgressId> EgressClient::send(EgressRequest request, EgressListener& listener) {
  return state_->send(std::move(request), listener);
}

void EgressClient::cancel(EgressId id) {
  state_->cancel(id);
}

void EgressClient::pause(EgressId id) {
  if (EgressTransfer* transfer = state_->find(id)) transfer->pause();
}

void EgressClient::resume(EgressId id) {
  if (EgressTransfer* transfer = state_->find(id)) transfer->resume();
}

const EgressStats& EgressClient::stats() const {
  return state_->stats;
}

namespace {

class WholeResponse final : public EgressListener {
 public:
  Completion<Result<void>> done;
  EgressResponse response;

 private:
  void on_head(int status, const Headers& headers) override {
    response.status = status;
    response.headers = headers;
  }
  void on_body(std::string_view bytes) override { response.body += bytes; }
  void on_done(Result<void> result) override { done.set(std::move(result)); }
};

}  // namespace

Task<Result<EgressResponse>> EgressClient::fetch(EgressRequest request, CancelToken cancel) {
  // The client may end before this frame does, which then has nothing to cancel any more.
  struct Cancelling {
    std::weak_ptr<State> client;
    EgressId id;
    ~Cancelling() {
      if (auto state = client.lock()) state->cancel(id);
    }
  };
  CHELA_CO_CHECK(cancel.check());
  WholeResponse listener;
  CHELA_CO_TRY(EgressId id, send(std::move(request), listener));
  Cancelling at_the_end{state_, id};
  auto registration = cancel.on_cancel([&at_the_end, id] {
    if (auto state = at_the_end.client.lock()) state->cancel(id);
  });
  CHELA_CO_CHECK(co_await listener.done.wait());
  co_return std::move(listener.response);
}

}  // namespace chela::net
