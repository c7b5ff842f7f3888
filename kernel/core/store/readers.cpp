#include "kernel/core/store/readers.hpp"

#include <utility>

namespace chela::store {

struct ReaderLease::Core {
  Loop& loop;
  std::weak_ptr<Readers::State> state;  // locked on the loop thread only
  std::filesystem::path file;
  Duration read_time_max;
  std::unique_ptr<Connection> connection;
};

struct Readers::State : std::enable_shared_from_this<Readers::State> {
  State(Loop& owner, std::filesystem::path path, ReaderOptions limits)
      : loop(owner), file(std::move(path)), options(limits), trim(owner.timers(), [this] { idle.clear(); }) {}

  ReaderLease lend() {
    std::unique_ptr<Connection> connection;
    if (!idle.empty()) {
      connection = std::move(idle.back());
      idle.pop_back();
    }
    ++lent;
    trim.disarm();
    return ReaderLease(std::unique_ptr<ReaderLease::Core>(
        new ReaderLease::Core{loop, weak_from_this(), file, options.read_time_max, std::move(connection)}));
  }

  void take_back(std::unique_ptr<Connection> connection) {
    --lent;
    if (connection) idle.push_back(std::move(connection));
    while (!waiting.empty()) {
      auto waiter = waiting.front().lock();
      waiting.pop_front();
      if (!waiter) continue;  // its task was destroyed
      waiter->set(lend());
      return;
    }
    if (lent == 0 && !idle.empty()) trim.arm_after(options.idle_time_max);
  }

  Loop& loop;
  const std::filesystem::path file;
  const ReaderOptions options;
  std::vector<std::unique_ptr<Connection>> idle;
  std::size_t lent = 0;
  std::deque<std::weak_ptr<Completion<Result<ReaderLease>>>> waiting;
  Timer trim;
};

ReaderLease::ReaderLease(std::unique_ptr<Core> core) : core_(std::move(core)) {}

ReaderLease::ReaderLease(ReaderLease&&) noexcept = default;

ReaderLease::~ReaderLease() {
  if (!core_) return;
  Loop& loop = core_->loop;
  loop.post([core = std::move(core_)] {
    if (auto state = core->state.lock()) state->take_back(std::move(core->connection));
  });
}

Result<Connection*> ReaderLease::begin() {
  if (!core_->connection) {
    CHELA_TRY(core_->connection, Connection::open(core_->file, {.access = Access::read_only}));
  }
  core_->connection->limit_time(core_->read_time_max);
  CHELA_CHECK(core_->connection->run("starting a read", "BEGIN"));
  return core_->connection.get();
}

void ReaderLease::end() {
  core_->connection->limit_time(Duration::zero());
  if (!core_->connection->in_transaction()) return;
  if (!core_->connection->run("ending a read", "COMMIT")) core_->connection = nullptr;
}

Readers::Readers(Loop& loop, std::filesystem::path file, ReaderOptions options)
    : state_(std::make_shared<State>(loop, std::move(file), options)) {}

Readers::~Readers() {
  auto waiting = std::move(state_->waiting);
  state_ = nullptr;  // leases that come back later find nobody and close their connections
  for (const auto& entry : waiting) {
    if (auto waiter = entry.lock()) waiter->set(fail(ErrorCode::cancelled, "waiting to read: the store is closed"));
  }
}

Task<Result<ReaderLease>> Readers::acquire() {
  if (state_->lent < state_->options.connections_max) co_return state_->lend();
  if (state_->waiting.size() >= state_->options.queue_length_max) {
    co_return fail(ErrorCode::exhausted, "queueing a read: {} are waiting already", state_->waiting.size());
  }
  auto waiter = std::make_shared<Completion<Result<ReaderLease>>>();
  state_->waiting.push_back(waiter);
  co_return co_await waiter->wait();
}

}  // namespace chela::store
