// stopwatch RUNS PROGRAM ARGS...: microseconds from just before exec until the program's output holds " ready",
// one number per run and line. The program is ended with SIGTERM after each.

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

double now_us() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

// Negative when the program ended without becoming ready.
double time_start(char** arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t child = 0;
  const double start = now_us();
  const int failed = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  double elapsed = -1;
  std::string output;
  char bytes[4096];
  while (failed == 0) {
    const ssize_t size = read(ends[0], bytes, sizeof(bytes));
    if (size <= 0) break;
    output.append(bytes, static_cast<std::size_t>(size));
    if (output.find(" ready") != std::string::npos) {
      elapsed = now_us() - start;
      break;
    }
  }
  if (failed == 0) {
    kill(child, SIGTERM);
    waitpid(child, nullptr, 0);
  }
  close(ends[0]);
  return elapsed;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  for (int run = std::atoi(arguments[1]); run > 0; --run) {
    const double elapsed = time_start(arguments + 2);
    if (elapsed < 0) {
      std::fprintf(stderr, "stopwatch: %s did not become ready\n", arguments[2]);
      return 1;
    }
    std::printf("%.1f\n", elapsed);
  }
}
