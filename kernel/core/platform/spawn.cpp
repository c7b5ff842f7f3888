#include "kernel/core/platform/spawn.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <optional>

#include "kernel/core/platform/owned_descriptor.hpp"

namespace chela::platform {
namespace {

// What the child was doing when it failed, sent to the parent through a pipe that closes at exec.
enum Step : int { kJoin, kLimit, kDescriptor, kDirectory, kProgram };
constexpr std::string_view kStepNames[] = {"entering its control group", "setting its limits",
                                           "handing over its descriptors", "entering its working directory", ""};
struct Failure {
  int step = 0;
  int error_number = 0;
};

bool has_zero_byte(std::string_view text) {
  return text.contains('\0');
}

Result<void> check(const SpawnRequest& request) {
  if (request.argv.empty() || request.argv[0].empty()) {
    return fail(ErrorCode::invalid_argument, "starting a program: no program is named");
  }
  for (const std::string& argument : request.argv) {
    if (has_zero_byte(argument)) {
      return fail(ErrorCode::invalid_argument, "starting {}: an argument holds a zero byte", request.argv[0]);
    }
  }
  for (const auto& [name, value] : request.environment) {
    if (name.empty() || name.contains('=') || has_zero_byte(name) || has_zero_byte(value)) {
      return fail(ErrorCode::invalid_argument, "starting {}: an environment variable is malformed", request.argv[0]);
    }
  }
  return {};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

// Everything that the child needs, made before the fork: between fork and exec nothing may be allocated.
struct Prepared {
  explicit Prepared(const SpawnRequest& request);

  std::vector<std::string> argument_texts;
  std::vector<std::string> variable_texts;
  std::vector<char*> argv;
  std::vector<char*> environment;
  std::string directory;
  std::vector<int> sources;
  std::vector<ResourceLimit> limits;
  std::vector<int> control_groups;
  pid_t parent = getpid();
};

Prepared::Prepared(const SpawnRequest& request)
    : argument_texts(request.argv),
      directory(request.working_directory.string()),
      sources(request.descriptors),
      limits(request.limits),
      control_groups(request.control_groups) {
  for (const auto& [name, value] : request.environment) variable_texts.push_back(name + "=" + value);
  argv = pointers(argument_texts);
  environment = pointers(variable_texts);
}

[[noreturn]] void give_up(int report, Step step) {
  Failure failure{step, errno};
  ssize_t ignored = write(report, &failure, sizeof(failure));
  static_cast<void>(ignored);
  _exit(127);
}

void reset_signals() {
  for (int signal = 1; signal < NSIG; ++signal) {
    if (signal != SIGKILL && signal != SIGSTOP) ::signal(signal, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool set_limit(const ResourceLimit& wanted) {
  rlimit current{};
  auto resource = static_cast<__rlimit_resource>(wanted.resource);
  if (getrlimit(resource, &current) != 0) return false;
  rlim_t value = std::min<rlim_t>(wanted.value, current.rlim_max);
  rlimit limit{value, value};
  return setrlimit(resource, &limit) == 0;
}

// Numbers below `count` are taken only when every source has moved out of the way.
bool hand_over(std::vector<int>& sources) {
  int count = static_cast<int>(sources.size());
  for (int& source : sources) {
    source = source < 0 ? open("/dev/null", O_RDWR | O_CLOEXEC) : source;
    source = fcntl(source, F_DUPFD_CLOEXEC, count);
    if (source < 0) return false;
  }
  for (int target = 0; target < count; ++target) {
    if (dup2(sources[static_cast<std::size_t>(target)], target) < 0) return false;
  }
  return true;
}

[[noreturn]] void become(Prepared& prepared, int report) {
  reset_signals();
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != prepared.parent) _exit(127);  // it ended before the line above
  for (int group : prepared.control_groups) {
    if (write(group, "0", 1) != 1) give_up(report, kJoin);
  }
  for (const ResourceLimit& limit : prepared.limits) {
    if (!set_limit(limit)) give_up(report, kLimit);
  }
  // The report moves above the numbers that are about to be taken.
  int moved = fcntl(report, F_DUPFD_CLOEXEC, static_cast<int>(prepared.sources.size()) + 1);
  if (moved < 0) give_up(report, kDescriptor);
  report = moved;
  if (!hand_over(prepared.sources)) give_up(report, kDescriptor);
  // Descriptors that this process itself inherited need not be marked to close; the child gets none of them.
  close_range(static_cast<unsigned>(prepared.sources.size()), ~0u, CLOSE_RANGE_CLOEXEC);
  if (!prepared.directory.empty() && chdir(prepared.directory.c_str()) != 0) give_up(report, kDirectory);
  environ = prepared.environment.data();
  execvp(prepared.argv[0], prepared.argv.data());
  give_up(report, kProgram);
}

pid_t fork_without_signals() {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);  // a handler of ours must not run in the child
  pid_t pid = fork();
  if (pid != 0) {
    int error_number = errno;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = error_number;
  }
  return pid;
}

// Nothing when the program has begun.
std::optional<Failure> read_failure(int descriptor) {
  Failure failure;
  ssize_t got = 0;
  do {
    got = read(descriptor, &failure, sizeof(failure));
  } while (got < 0 && errno == EINTR);
  return got == sizeof(failure) ? std::optional(failure) : std::nullopt;
}

}  // namespace

Environment allowed_environment(const std::vector<std::string_view>& names) {
  Environment environment;
  for (std::string_view name : names) {
    std::string terminated(name);
    if (const char* value = std::getenv(terminated.c_str())) environment.emplace_back(std::move(terminated), value);
  }
  return environment;
}

Result<pid_t> spawn(const SpawnRequest& request) {
  CHELA_CHECK(check(request));
  Prepared prepared(request);
  auto what = "starting " + request.argv[0];
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno(what, errno);
  OwnedDescriptor from_child(ends[0]);
  OwnedDescriptor report(ends[1]);
  pid_t pid = fork_without_signals();
  if (pid < 0) return fail_errno(what, errno);
  if (pid == 0) become(prepared, report.get());
  report.reset();
  auto failure = read_failure(from_child.get());
  if (!failure) return pid;
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  auto step = kStepNames[failure->step];
  return fail_errno(step.empty() ? what : fmt::format("{}: {}", what, step), failure->error_number);
}

}  // namespace chela::platform
