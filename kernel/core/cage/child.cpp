#include "kernel/core/cage/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "kernel/core/cage/prepare.hpp"
#include "kernel/core/cage/process_tree.hpp"
#include "kernel/core/loop/loop.hpp"

namespace chela::cage {
namespace {

constexpr auto kWatchInterval = std::chrono::seconds(1);
// After the program has ended, how long something may hold its output open.
constexpr auto kLeftoverTime = std::chrono::milliseconds(500);
// How long a namespace may take to end.
constexpr auto kEndTime = std::chrono::seconds(1);
constexpr std::size_t kTreeMax = 4096;
// How a shell, and bubblewrap, tell the signal that ended a program.
constexpr int kSignalBase = 128;

std::string next_name(const Loop& loop, const void* child) {
  return fmt::format("{:x}-{:x}", reinterpret_cast<std::uintptr_t>(child), loop.now().time_since_epoch().count());
}

Result<std::array<platform::OwnedDescriptor, 2>> socket_pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail_errno("making a socket pair", errno);
  }
  std::array<platform::OwnedDescriptor, 2> owned;
  owned[0].reset(ends[0]);
  owned[1].reset(ends[1]);
  if (fcntl(ends[0], F_SETFL, O_RDWR | O_NONBLOCK) != 0) return fail_errno("making a socket pair", errno);
  return owned;
}

}  // namespace

Child::Child(Loop& loop, ChildRequest request)
    : loop_(loop),
      request_(std::move(request)),
      limits_(request_.policy.limits),
      kill_(loop.timers(), [this] { kill_tree(); }),
      watch_(loop.timers(), [this] { watch(); }),
      leftover_(loop.timers(), [this] { give_up_on_leftovers(); }) {}

Child::~Child() {
  if (!process_ || !process_->running()) return;
  process_->signal_group(SIGKILL);
  if (group_) group_->kill_all();
}

Result<std::unique_ptr<Child>> Child::start(Loop& loop, ChildRequest request) {
  auto command = std::move(request.command);
  std::unique_ptr<Child> child(new Child(loop, std::move(request)));
  CHELA_CHECK(child->begin(loop, std::move(command)));
  return child;
}

Result<void> Child::begin(Loop& loop, std::vector<std::string> command) {
  std::vector<int> descriptors = {request_.input.get(), -1, -1};
  platform::OwnedDescriptor theirs;
  if (request_.with_socket) {
    CHELA_TRY(auto ends, socket_pair());
    socket_ = std::move(ends[0]);
    theirs = std::move(ends[1]);
    descriptors.push_back(theirs.get());
  }
  CHELA_TRY(CagedSpawn caged, prepare(request_.policy, std::move(command), std::move(descriptors), request_.cgroups,
                                      next_name(loop, this)));
  if (caged.group) group_.emplace(std::move(*caged.group));
  platform::ChildProcess::Events events{.on_output =
                                            [this](platform::OutputStream stream, std::string_view bytes) {
                                              if (request_.on_output) request_.on_output(stream, bytes);
                                            },
                                        .on_output_end = [this](platform::OutputStream) { finish_when_complete(); },
                                        .on_exit = [this](const platform::ChildEnd& end) { on_end(end); }};
  CHELA_TRY(process_, platform::ChildProcess::start(loop, std::move(caged.request), std::move(events)));
  request_.input.reset();
  if (limits_.needed(group())) watch_.arm_after(kWatchInterval);
  return {};
}

void Child::watch() {
  auto exceeded = limits_.exceeded(pid(), group());
  if (!exceeded.empty()) return kill(std::move(exceeded));
  watch_.arm(std::max(watch_.deadline() + kWatchInterval, loop_.now()));
}

void Child::stop() {
  if (!running() || kill_.armed() || is_killed_) return;
  kill_.arm_after(request_.kill_grace);
  if (request_.policy.level == Level::none) return process_->signal_group(SIGTERM);
  // bubblewrap would end all at once. Below it are its reaper, which is the first process inside, and the program.
  auto tree = process_tree(pid(), 3);
  if (tree.size() == 3) {
    ::kill(tree.back(), SIGTERM);
  } else {
    kill_tree();  // it has not begun
  }
}

void Child::kill(std::string reason) {
  if (!running()) return;
  if (exit_.reason.empty()) exit_.reason = std::move(reason);
  kill_tree();
}

// The first process inside takes its whole namespace with it, whatever has left the group; bubblewrap ends when all of
// that is gone. Killed itself, bubblewrap would be gone before.
void Child::kill_tree() {
  if (!process_->running()) return;
  auto tree = request_.policy.level == Level::sandbox ? process_tree(pid(), 2) : std::vector<pid_t>{};
  if (tree.size() == 2 && !std::exchange(is_killed_, true)) {
    ::kill(tree.back(), SIGKILL);
    kill_.arm_after(kEndTime);
    return;
  }
  process_->signal_group(SIGKILL);
  if (group_) group_->kill_all();
}

ChildUsage Child::usage() const {
  ChildUsage usage;
  auto tree = usage_of(process_tree(pid(), kTreeMax));
  usage.memory_bytes = tree.resident_bytes;
  usage.cpu_time = tree.cpu_time;
  usage.processes = tree.threads;
  if (group_) {
    auto counted = group_->usage();
    if (group_->counts_memory()) usage.memory_bytes = counted.memory_bytes;
    usage.cpu_time = std::max(usage.cpu_time, counted.cpu_time);
    usage.peak_memory_bytes = counted.peak_memory_bytes;
  }
  usage.peak_memory_bytes = std::max({usage.peak_memory_bytes, limits_.peak_bytes(), usage.memory_bytes});
  return usage;
}

void Child::on_end(const platform::ChildEnd& end) {
  watch_.disarm();
  kill_.disarm();
  exit_.exit_code = end.exit_code;
  exit_.signal = end.signal;
  bool was_told = end.exit_code > kSignalBase && end.exit_code <= kSignalBase + SIGRTMAX;
  if (request_.policy.level == Level::sandbox && was_told) {
    exit_.signal = end.exit_code - kSignalBase;
    exit_.exit_code = -1;
  }
  if (exit_.reason.empty()) exit_.reason = limits_.out_of_memory(group());
  if (group_) {
    auto counted = group_->usage();
    exit_.usage = {.memory_bytes = 0,
                   .peak_memory_bytes = counted.peak_memory_bytes,
                   .cpu_time = counted.cpu_time,
                   .processes = 0};
    group_->kill_all();
  }
  exit_.usage.peak_memory_bytes =
      std::max({exit_.usage.peak_memory_bytes, limits_.peak_bytes(), end.peak_memory_bytes});
  leftover_.arm_after(kLeftoverTime);
  finish_when_complete();
}

// Someone holds the pipes, so the group's id is still taken and cannot be a stranger's.
void Child::give_up_on_leftovers() {
  process_->signal_group(SIGKILL);
  process_->close_output();
}

void Child::finish_when_complete() {
  if (process_->running() || process_->is_open(platform::OutputStream::output) ||
      process_->is_open(platform::OutputStream::error_output)) {
    return;
  }
  leftover_.disarm();
  group_.reset();
  auto on_exit = std::exchange(request_.on_exit, nullptr);
  auto exit = std::move(exit_);
  if (on_exit) on_exit(exit);  // may destroy this
}

}  // namespace chela::cage
