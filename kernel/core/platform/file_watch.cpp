#include "kernel/core/platform/file_watch.hpp"

#include <sys/stat.h>
#include <uv.h>

#include <algorithm>

#include <optional>
#include <string_view>
#include <utility>

#include "kernel/core/loop/loop.hpp"

namespace chela::platform {

namespace fs = std::filesystem;

namespace {

// In a directory that never is quiet, changes are told after this many times the debounce time.
constexpr int kBurstDebounces = 10;

// What differs whenever the content may differ. The time of change moves with every write and every rename.
struct Fingerprint {
  dev_t device;
  ino_t inode;
  off_t size;
  std::int64_t changed_ns;
  bool operator==(const Fingerprint&) const = default;
};

std::optional<Fingerprint> fingerprint_of(const fs::path& file) {
  struct stat info{};
  if (::stat(file.c_str(), &info) != 0) return std::nullopt;
  return Fingerprint{info.st_dev, info.st_ino, info.st_size,
                     std::int64_t{info.st_ctim.tv_sec} * 1'000'000'000 + info.st_ctim.tv_nsec};
}

bool is_link(const fs::path& file) {
  struct stat info{};
  return ::lstat(file.c_str(), &info) == 0 && S_ISLNK(info.st_mode);
}

}  // namespace

struct FileWatch::State {
  State(Loop& owner, Duration quiet, std::move_only_function<void()> callback)
      : loop(owner), debounce(quiet), on_change(std::move(callback)), timer(owner.timers(), [this] { on_quiet(); }) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (!events) return;
    uv_close(reinterpret_cast<uv_handle_t*>(events),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_fs_event_t*>(handle); });
  }

  Result<void> watch(const fs::path& directory);
  void on_event(std::string_view name);
  void on_quiet();
  void remember_file();

  Loop& loop;
  const Duration debounce;
  std::move_only_function<void()> on_change;
  fs::path file;  // empty when a directory is watched
  std::optional<Fingerprint> known;
  bool known_as_link = false;
  std::optional<TimePoint> burst_began;
  uv_fs_event_t* events = nullptr;
  Timer timer;
};

Result<void> FileWatch::State::watch(const fs::path& directory) {
  events = new uv_fs_event_t;
  uv_fs_event_init(loop.uv(), events);
  events->data = this;
  auto on_event_of_uv = [](uv_fs_event_t* handle, const char* name, int, int status) {
    if (status == 0) static_cast<State*>(handle->data)->on_event(name ? name : "");
  };
  int status = uv_fs_event_start(events, on_event_of_uv, directory.c_str(), 0);
  if (status != 0) return fail_errno("watching " + directory.string(), -status);
  return {};
}

void FileWatch::State::on_event(std::string_view name) {
  // A link leads elsewhere: it may be any entry of the directory that was switched (as Kubernetes does with `..data`).
  bool concerns_us = file.empty() || name.empty() || known_as_link || name == file.filename().native();
  if (!concerns_us) return;
  TimePoint now = loop.now();
  if (!burst_began) burst_began = now;
  timer.arm(std::min(now + debounce, *burst_began + kBurstDebounces * debounce));
}

void FileWatch::State::on_quiet() {
  burst_began.reset();
  if (!file.empty()) {
    auto before = known;
    remember_file();
    if (known == before) return;
  }
  on_change();  // may destroy this
}

void FileWatch::State::remember_file() {
  known = fingerprint_of(file);
  known_as_link = is_link(file);
}

FileWatch::FileWatch(std::unique_ptr<State> state) : state_(std::move(state)) {}
FileWatch::~FileWatch() = default;

Result<std::unique_ptr<FileWatch>> FileWatch::start(Loop& loop, const fs::path& path, Duration debounce,
                                                    std::move_only_function<void()> on_change) {
  auto state = std::make_unique<State>(loop, debounce, std::move(on_change));
  std::error_code error;
  fs::path absolute = fs::absolute(path, error);
  if (error) return fail(ErrorCode::invalid_argument, "watching {}: {}", path.string(), error.message());
  if (fs::is_directory(absolute, error)) {
    CHELA_CHECK(state->watch(absolute));
  } else {
    state->file = absolute;
    CHELA_CHECK(state->watch(absolute.parent_path()));
    state->remember_file();  // after the watch has begun: a change in between is seen by one of both
  }
  return std::unique_ptr<FileWatch>(new FileWatch(std::move(state)));
}

}  // namespace chela::platform
