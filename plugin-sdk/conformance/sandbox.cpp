#include "plugin-sdk/conformance/sandbox.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

#include <fmt/format.h>

namespace chela::conformance {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kKeptBytesMax = 64 * 1024;
constexpr std::size_t kReportBytesMax = 2000;  // written and read at once

struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "making a pipe");
  }
  Pipe(const Pipe&) = delete;
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  void close_end(int end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
  std::array<int, 2> ends{-1, -1};
};

[[noreturn]] void be_child(const std::function<Report()>& body, Pipe& result, Pipe& output) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::dup2(output.ends[1], STDOUT_FILENO);
  ::dup2(output.ends[1], STDERR_FILENO);
  const Report report = body();
  std::string line(1, static_cast<char>('0' + static_cast<int>(report.verdict)));
  line += report.text.substr(0, kReportBytesMax);
  [[maybe_unused]] auto written = ::write(result.ends[1], line.data(), line.size());
  ::_exit(0);  // no destructors of a plugin that may be broken
}

void keep_from(int fd, std::string& kept) {
  std::array<char, 4096> buffer;
  const ssize_t got = ::read(fd, buffer.data(), buffer.size());
  if (got > 0 && kept.size() < kKeptBytesMax) kept.append(buffer.data(), static_cast<std::size_t>(got));
}

// Reads both pipes until the result is there or the child is gone; false at the deadline.
bool collect(Pipe& result, Pipe& output, Clock::time_point deadline, std::string& line, std::string& noise) {
  for (;;) {
    std::array<pollfd, 2> fds{{{result.ends[0], POLLIN, 0}, {output.ends[0], POLLIN, 0}}};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    const int ready = ::poll(fds.data(), fds.size(), static_cast<int>(left) + 1);
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) continue;
    if (fds[1].revents != 0) keep_from(output.ends[0], noise);
    if ((fds[0].revents & POLLIN) != 0) {
      keep_from(result.ends[0], line);
      return true;
    }
    if ((fds[0].revents & POLLHUP) != 0) return true;
  }
}

std::string last_line(const std::string& noise) {
  const std::size_t end = noise.find_last_not_of("\r\n");
  if (end == std::string::npos) return "";
  const std::size_t start = noise.find_last_of('\n', end);
  return noise.substr(start == std::string::npos ? 0 : start + 1, std::min<std::size_t>(300, end - start));
}

Report crash_report(int status, const std::string& noise) {
  std::string text = WIFSIGNALED(status) ? fmt::format("killed by {}", ::strsignal(WTERMSIG(status)))
                                         : fmt::format("the process ended itself with code {}", WEXITSTATUS(status));
  if (const std::string said = last_line(noise); !said.empty()) text += ": " + said;
  return {Verdict::crash, text, 0};
}

}  // namespace

const char* name_of(Verdict verdict) {
  constexpr std::array<const char*, 6> names{"pass", "warn", "skip", "fail", "crash", "hang"};
  return names[static_cast<std::size_t>(verdict)];
}

Report run_in_child(const std::function<Report()>& body, std::uint64_t deadline_ms) {
  Pipe result;
  Pipe output;
  const auto begin = Clock::now();
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "starting a child process");
  if (child == 0) be_child(body, result, output);
  ::setpgid(child, child);
  result.close_end(1);
  output.close_end(1);
  std::string line;
  std::string noise;
  const bool in_time = collect(result, output, begin + std::chrono::milliseconds(deadline_ms), line, noise);
  if (!in_time || !line.empty()) ::kill(-child, SIGKILL);
  siginfo_t ended{};
  while (::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  ::kill(-child, SIGKILL);  // what the plugin started; the unreaped child still reserves the group's number
  int status = 0;
  ::waitpid(child, &status, 0);
  Report report;
  if (!line.empty()) {
    report = {static_cast<Verdict>(line[0] - '0'), line.substr(1), 0};
  } else if (!in_time) {
    report = {Verdict::hang, fmt::format("no end within {} ms", deadline_ms), 0};
  } else {
    while (noise.size() < kKeptBytesMax) {
      const std::size_t before = noise.size();
      keep_from(output.ends[0], noise);
      if (noise.size() == before) break;
    }
    report = crash_report(status, noise);
  }
  report.time_ms =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count());
  return report;
}

}  // namespace chela::conformance
