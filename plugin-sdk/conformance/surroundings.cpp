#include "plugin-sdk/conformance/surroundings.hpp"

#include <dirent.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cfenv>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

extern char** environ;  // NOLINT: POSIX declares it nowhere
extern "C" std::size_t __sanitizer_get_current_allocated_bytes() __attribute__((weak));

namespace chela::conformance {
namespace {

std::string link_target(const std::string& path) {
  std::array<char, 512> target;
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  return size < 0 ? std::string() : std::string(target.data(), static_cast<std::size_t>(size));
}

std::string handler_of(int signal) {
  struct sigaction action{};
  if (::sigaction(signal, nullptr, &action) != 0) return "";
  if (action.sa_handler == SIG_DFL) return "default";
  if (action.sa_handler == SIG_IGN) return "ignored";
  return fmt::format("handler {}", reinterpret_cast<const void*>(action.sa_handler));
}

}  // namespace

std::map<int, std::string> open_descriptors() {
  std::map<int, std::string> out;
  DIR* folder = ::opendir("/proc/self/fd");
  if (folder == nullptr) return out;
  while (const dirent* entry = ::readdir(folder)) {
    const int number = std::atoi(entry->d_name);
    if (entry->d_name[0] == '.' || number == ::dirfd(folder)) continue;
    out[number] = link_target(fmt::format("/proc/self/fd/{}", number));
  }
  ::closedir(folder);
  return out;
}

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
namespace {
// The thread sanitizer has a thread of its own, from the program's first one on. It has nearly all signals blocked.
int sanitizer_threads() {
  int count = 0;
  DIR* folder = ::opendir("/proc/self/task");
  while (const dirent* entry = folder ? ::readdir(folder) : nullptr) {
    std::ifstream in(fmt::format("/proc/self/task/{}/status", entry->d_name));
    for (std::string line; std::getline(in, line);) count += line.starts_with("SigBlk:\tfffff");
  }
  if (folder != nullptr) ::closedir(folder);
  return count;
}
}  // namespace
#define CHELA_SANITIZER_THREADS sanitizer_threads()
#endif
#endif
#ifndef CHELA_SANITIZER_THREADS
#define CHELA_SANITIZER_THREADS 0
#endif

int thread_count() {
  std::ifstream in("/proc/self/stat");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  // The program's name may hold spaces; the 18th field after it is the count.
  std::size_t at = text.rfind(')');
  for (int field = 0; field < 18 && at != std::string::npos; ++field) at = text.find(' ', at + 1);
  if (at == std::string::npos) return 1;
  return std::max(1, std::atoi(text.c_str() + at + 1) - CHELA_SANITIZER_THREADS);
}

std::size_t heap_bytes() {
  if (__sanitizer_get_current_allocated_bytes != nullptr) return __sanitizer_get_current_allocated_bytes();
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

long processor_time_us() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000L + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

std::vector<std::string> differences(const Surroundings& before, const Surroundings& after) {
  std::vector<std::string> out;
  for (const auto& [name, value] : after) {
    auto it = before.find(name);
    const std::string was = it == before.end() ? "absent" : it->second;
    if (was != value) out.push_back(fmt::format("{}: {}, then {}", name, was, value));
  }
  for (const auto& [name, value] : before) {
    if (after.count(name) == 0) out.push_back(fmt::format("{}: {}, then absent", name, value));
  }
  return out;
}

Surroundings folder_and_environment() {
  Surroundings out;
  std::error_code ignored;
  out["folder"] = std::filesystem::current_path(ignored).string();
  const mode_t mask = ::umask(0);
  ::umask(mask);
  out["umask"] = fmt::format("{:04o}", mask);
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = std::min(text.find('='), text.size());
    out[fmt::format("${}", text.substr(0, equals))] = text.substr(equals);
  }
  return out;
}

Surroundings locale_and_rounding() {
  const char* locale = std::setlocale(LC_ALL, nullptr);
  return {{"locale", locale == nullptr ? "" : locale}, {"rounding", std::to_string(std::fegetround())}};
}

Surroundings signals() {
  Surroundings out;
  sigset_t mask;
  ::sigprocmask(SIG_SETMASK, nullptr, &mask);
  for (int signal = 1; signal < NSIG; ++signal) {
    const std::string name = fmt::format("signal {}", signal);
    out[name] = handler_of(signal);
    if (sigismember(&mask, signal) == 1) out[name] += ", blocked";
  }
  itimerval alarm{};
  ::getitimer(ITIMER_REAL, &alarm);
  out["alarm"] = alarm.it_value.tv_sec == 0 && alarm.it_value.tv_usec == 0 ? "off" : "on";
  return out;
}

Surroundings whole_process() {
  Surroundings all = folder_and_environment();
  for (const Surroundings& more : {locale_and_rounding(), signals()}) all.insert(more.begin(), more.end());
  all["threads"] = std::to_string(thread_count());
  all["open files"] = std::to_string(open_descriptors().size());
  return all;
}

}  // namespace chela::conformance
