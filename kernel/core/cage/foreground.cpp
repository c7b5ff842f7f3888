#include "kernel/core/cage/foreground.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <optional>

#include "kernel/core/cage/cgroup.hpp"
#include "kernel/core/cage/cgroup_place.hpp"
#include "kernel/core/cage/limits.hpp"
#include "kernel/core/cage/prepare.hpp"
#include "kernel/core/cage/process_tree.hpp"
#include "kernel/core/cage/seccomp.hpp"
#include "kernel/core/platform/owned_descriptor.hpp"

namespace chela::cage {
namespace {

constexpr int kWatchIntervalMs = 1000;
constexpr int kSignalBase = 128;
constexpr int kPatienceMax = 2;  // signals that are handed on

// These come through a descriptor while it lives, and are left as they were found.
class SignalQueue {
 public:
  SignalQueue() {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&wanted, signal);
    pthread_sigmask(SIG_BLOCK, &wanted, &before_);
    descriptor_.reset(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  SignalQueue(const SignalQueue&) = delete;
  SignalQueue& operator=(const SignalQueue&) = delete;
  ~SignalQueue() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  int descriptor() const { return descriptor_.get(); }
  // 0 when none has come.
  int next() const {
    signalfd_siginfo info{};
    return read(descriptor_.get(), &info, sizeof(info)) == sizeof(info) ? static_cast<int>(info.ssi_signo) : 0;
  }

 private:
  sigset_t before_{};
  platform::OwnedDescriptor descriptor_;
};

class Running {
 public:
  Running(pid_t pid, const ForegroundRequest& request, std::optional<Cgroup> group)
      : pid_(pid), level_(request.policy.level), group_(std::move(group)), limits_(request.policy.limits) {
    process_.reset(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  }

  ForegroundExit wait(const SignalQueue& signals) {
    while (!ended()) {
      std::array<pollfd, 2> events{{{process_.get(), POLLIN, 0}, {signals.descriptor(), POLLIN, 0}}};
      poll(events.data(), events.size(), kWatchIntervalMs);
      while (int signal = signals.next()) hand_on(signal);
      auto exceeded = limits_.needed(group()) ? limits_.exceeded(pid_, group()) : std::string();
      if (exceeded.empty() || !reason_.empty()) continue;
      reason_ = std::move(exceeded);
      kill_all();
    }
    // Before it is reaped its group is still its own: what it left behind goes with it.
    kill_all();
    int status = 0;
    waitpid(pid_, &status, 0);
    if (reason_.empty()) reason_ = limits_.out_of_memory(group());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : kSignalBase + WTERMSIG(status), reason_};
  }

 private:
  const Cgroup* group() const { return group_ ? &*group_ : nullptr; }

  // bubblewrap would end all at once. Below it are its reaper, which is the first process inside, and the program.
  void hand_on(int signal) {
    if (++signals_seen_ > kPatienceMax) return kill_all();
    if (level_ == Level::none) {
      ::kill(-pid_, signal);
      return;
    }
    auto tree = process_tree(pid_, 3);
    if (tree.size() == 3) ::kill(tree.back(), signal);
    else kill_all();  // it has not begun
  }
  void kill_all() {
    ::kill(-pid_, SIGKILL);
    if (group_) group_->kill_all();
  }
  bool ended() const {
    siginfo_t info{};
    return waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_;
  }

  pid_t pid_;
  Level level_;
  std::optional<Cgroup> group_;
  LimitWatch limits_;
  platform::OwnedDescriptor process_;
  std::string reason_;
  int signals_seen_ = 0;
};

}  // namespace

Result<ForegroundExit> run_in_foreground(ForegroundRequest request) {
  CHELA_TRY(auto document, in_memory_file("document", request.document));
  CHELA_TRY(auto caged, prepare(request.policy, request.command,
                                {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, document.get()}, prepare_cgroups(),
                                "foreground"));
  const SignalQueue signals;
  CHELA_TRY(auto pid, platform::spawn(caged.request));
  return Running(pid, request, std::move(caged.group)).wait(signals);
}

}  // namespace chela::cage
