#include "kernel/runtime/skills/library.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <utility>

#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/platform/directory_watches.hpp"
#include "kernel/runtime/skills/index_file.hpp"
#include "kernel/runtime/skills/shelf.hpp"

namespace chela::runtime::skills {
namespace {

using std::chrono::milliseconds;

constexpr Duration kDebounce = milliseconds(250);
constexpr Duration kBurst = 10 * kDebounce;  // in a tree that never is quiet

}  // namespace

// Looks are numbered. One is under way at a time, and only it touches the shelf.
struct Library::State : std::enable_shared_from_this<State> {
  State(Loop& owner, log::Logger log, LibrarySettings given)
      : loop(owner),
        logger(std::move(log)),
        settings(std::make_shared<const LibrarySettings>(std::move(given))),
        debounce(owner.timers(), [this] { look(); }),
        settled(owner.timers(), [this] { look(); }) {}

  static Task<void> refresh(std::shared_ptr<State> self);
  static Task<Result<void>> run(std::shared_ptr<State> self);
  static Task<Result<Looked>> look_once(std::shared_ptr<State> self);
  static Task<void> watch(std::shared_ptr<State> self, std::vector<platform::WatchedDirectory> wanted);
  static Task<void> save(std::shared_ptr<State> self);

  void look();
  bool open_watches();
  void stop_watching(const Error& error);
  bool take_changes();
  void on_event();
  void publish(Looked& looked);
  void finish_waiters();
  void close();

  Loop& loop;
  log::Logger logger;
  std::shared_ptr<const LibrarySettings> settings;
  std::shared_ptr<Shelf> shelf = std::make_shared<Shelf>();
  std::shared_ptr<const Collection> current = std::make_shared<const Collection>();
  std::function<void()> on_change;
  std::shared_ptr<platform::DirectoryWatches> watches;  // null: nothing is watched
  std::optional<platform::DirectoryEvents> events;
  bool watch_failed = false;
  bool is_covered = false;  // each change from now on is told
  Timer debounce, settled;
  std::optional<TimePoint> burst_began;
  LookOrders orders;  // of the next look
  bool is_wanted = false;
  bool is_running = false;
  bool is_index_read = false;
  bool is_index_behind = false;
  bool closed = false;
  std::uint64_t begun = 0, ended = 0;  // looks
  std::deque<std::pair<std::uint64_t, std::shared_ptr<Completion<bool>>>> waiters;
};

Task<void> Library::State::refresh(std::shared_ptr<State> self) {
  bool has_changed = self->watches && self->take_changes();
  if (has_changed || self->debounce.armed() || !self->is_covered) self->is_wanted = true;
  if (!self->is_wanted && !self->is_running) co_return;
  auto needed = self->begun + (self->is_wanted ? 1 : 0);
  auto done = std::make_shared<Completion<bool>>();
  self->waiters.emplace_back(needed, done);
  if (self->is_wanted) self->look();
  co_await done->wait();
}

// Now, or when the look that is under way has ended.
void Library::State::look() {
  is_wanted = true;
  burst_began.reset();
  debounce.disarm();
  if (is_running || closed) return;
  is_running = true;
  loop.spawn("skills", run(shared_from_this()));
}

Task<Result<void>> Library::State::run(std::shared_ptr<State> self) {
  while (self->is_wanted && !self->closed && !self->loop.shutdown_token().cancelled()) {
    auto looked = co_await look_once(self);
    if (self->closed) break;
    if (!looked) {
      self->logger.warning("reading skills: {}", looked.error().message);
      self->is_covered = false;  // the next refresh looks again
      self->orders.all_packages = true;
    }
    self->ended = self->begun;
    if (looked) self->publish(*looked);
    self->finish_waiters();
    if (!looked || self->closed) break;
    if (self->watches) co_await watch(self, std::move(looked->to_watch));
    bool is_quiet = !self->is_wanted && !self->closed;
    if (is_quiet && self->is_index_behind && !looked->has_unsettled) co_await save(self);
  }
  self->is_running = false;
  self->finish_waiters();
  co_return Result<void>();
}

Task<Result<Looked>> Library::State::look_once(std::shared_ptr<State> self) {
  self->is_wanted = false;
  ++self->begun;
  if (self->settings->watch && !self->watches && !self->watch_failed) self->open_watches();
  auto orders = std::exchange(self->orders, {});
  if (!self->watches) orders.all_packages = true;
  bool reads_index = !std::exchange(self->is_index_read, true) && !self->settings->index.empty();
  std::move_only_function<Result<Looked>()> work = [shelf = self->shelf, settings = self->settings,
                                                    orders = std::move(orders), reads_index]() -> Result<Looked> {
    auto terms = index_terms(*settings);
    shelf->read_as(terms.reading);
    if (reads_index && shelf->is_empty()) {
      if (auto known = load_index(settings->index, terms)) shelf->remember(std::move(*known));
    }
    return shelf->look(*settings, orders);
  };
  co_return co_await run_blocking<Looked>(self->loop, std::move(work));
}

void Library::State::publish(Looked& looked) {
  current = std::move(looked.collection);
  is_index_behind = is_index_behind || looked.has_changed;
  if (looked.has_unjudged) is_wanted = true;
  if (looked.has_unsettled && !settled.armed()) settled.arm_after(settings->settle_time + kDebounce);
  if (!looked.winners_moved || !on_change) return;
  auto told = on_change;  // it may be replaced from within
  told();
}

// What is watched from now on may have changed just before, so that another look follows a new watch.
Task<void> Library::State::watch(std::shared_ptr<State> self, std::vector<platform::WatchedDirectory> wanted) {
  using Directories = std::vector<std::string>;
  std::move_only_function<Result<Directories>()> work = [watches = self->watches, wanted = std::move(wanted)] {
    return watches->set(wanted);
  };
  auto added = co_await run_blocking<Directories>(self->loop, std::move(work));
  if (self->closed || !self->watches) co_return;
  if (!added) {
    self->stop_watching(added.error());
    co_return;
  }
  self->is_covered = added->empty();
  if (added->empty()) co_return;
  self->is_wanted = true;
  self->orders.touched.insert(added->begin(), added->end());
}

Task<void> Library::State::save(std::shared_ptr<State> self) {
  self->is_index_behind = false;
  if (self->settings->index.empty()) co_return;
  std::move_only_function<Result<bool>()> work = [shelf = self->shelf, settings = self->settings]() -> Result<bool> {
    CHELA_CHECK(save_index(settings->index, *shelf, index_terms(*settings)));
    return true;
  };
  auto saved = co_await run_blocking<bool>(self->loop, std::move(work));
  if (!saved) self->logger.warning("remembering the skills that were read: {}", saved.error().message);
}

bool Library::State::open_watches() {
  auto opened = platform::DirectoryWatches::open(settings->watches_max);
  if (!opened) {
    stop_watching(opened.error());
    return false;
  }
  watches = std::move(*opened);
  events.emplace(loop, watches, [this] { on_event(); });
  return true;
}

void Library::State::stop_watching(const Error& error) {
  watch_failed = true;
  is_covered = false;
  events.reset();
  watches.reset();
  logger.warning(
      "skills are not watched, and changes are seen when the next turn begins: {}; raise fs.inotify.max_user_watches and "
      "fs.inotify.max_user_instances, or keep fewer folders among the skills",
      error.message);
}

bool Library::State::take_changes() {
  auto changes = watches->take();
  if (changes.lost) {
    is_covered = false;
    orders.all_packages = true;
  }
  orders.touched.merge(changes.touched);
  return changes.any;
}

void Library::State::on_event() {
  if (!take_changes()) return;
  auto now = loop.now();
  if (!burst_began) burst_began = now;
  debounce.arm(std::min(now + kDebounce, *burst_began + kBurst));
}

void Library::State::finish_waiters() {
  auto waiting = std::exchange(waiters, {});
  for (auto& [needed, done] : waiting) {
    if (needed <= ended || closed || !is_running) {
      done->set(true);  // goes on there, and may ask for more
    } else {
      waiters.emplace_back(needed, std::move(done));
    }
  }
}

void Library::State::close() {
  closed = true;
  events.reset();
  debounce.disarm();
  settled.disarm();
  finish_waiters();
}

Library::Library(Loop& loop, log::Logger logger, LibrarySettings settings)
    : state_(std::make_shared<State>(loop, std::move(logger), std::move(settings))) {}

Library::~Library() {
  state_->close();
}

Task<void> Library::refresh() {
  return State::refresh(state_);
}

std::shared_ptr<const Collection> Library::current() const {
  return state_->current;
}

void Library::configure(LibrarySettings settings) {
  auto& state = *state_;
  state.is_index_read = state.is_index_read && settings.index == state.settings->index;
  state.settings = std::make_shared<const LibrarySettings>(std::move(settings));
  state.watch_failed = state.is_covered = false;
  state.events.reset();
  state.watches.reset();
  state.orders.judge_again = true;
  if (state.begun > 0) state.look();
}

void Library::judge_again() {
  state_->orders.judge_again = true;
  state_->is_covered = false;
  if (state_->begun > 0) state_->look();
}

void Library::on_change(std::function<void()> callback) {
  state_->on_change = std::move(callback);
}

bool Library::is_watching() const {
  return state_->watches != nullptr;
}

}  // namespace chela::runtime::skills
