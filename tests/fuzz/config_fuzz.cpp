// The whole load of a configuration: file, environment, settings, schema, defaults, and what the parts make of it.
// Input: the file's text; behind a NUL, lines of `path=value` as `--set` has them, or `NAME=value` of the environment.

#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernel/app/config_spec.hpp"
#include "kernel/app/settings.hpp"
#include "kernel/core/base/assert.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/config/loader.hpp"
#include "kernel/core/config/secrets.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace chela::fuzz {
namespace {

// A file that never reaches a disk.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("chela.json", MFD_CLOEXEC)) { CHELA_ASSERT(fd_ >= 0, "Linux has memory files"); }
  void write(std::string_view text) const {
    bool written = ::ftruncate(fd_, 0) == 0 &&
                   ::pwrite(fd_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
    CHELA_ASSERT(written, "memory takes what is written");
  }
  std::string path() const { return fmt::format("/proc/self/fd/{}", fd_); }

 private:
  int fd_;
};

config::LoadRequest request_of(std::string_view lines, const MemoryFile& file) {
  config::LoadRequest request{.file = file.path(), .environment = {{"HOME", "/nowhere"}, {"SET", "word"}}, .settings = {}};
  for (auto line : split(lines, '\n')) {
    auto equals = line.find('=');
    bool is_variable = equals != line.npos && (line.starts_with("CHELA_") || line.starts_with("OPENCLAW_"));
    if (is_variable) {
      request.environment.emplace(line.substr(0, equals), line.substr(equals + 1));
    } else if (!line.empty()) {
      request.settings.emplace_back(line);
    }
  }
  return request;
}

void check_problems(const std::vector<config::Problem>& problems) {
  for (const auto& problem : problems) {
    must(!problem.code.empty() && !problem.message.empty(), "a problem says what is wrong");
    must(problem.path.empty() || config::Path::parse(problem.path), "a problem names a path", problem.path);
    must(!text_of(problem).empty(), "a problem has a text");
  }
}

// What start-up asks of a configuration; each of these stops the process when the schema let the wrong thing in.
void bind(const config::Snapshot& config) {
  (void)app::bind_address(config);
  auto log = app::log_options(config);
  auto server = app::server_limits(config);
  auto socket = app::socket_limits(config);
  auto turn = app::turn_limits(config);
  must(log.file_bytes_max > 0 && server.http.head_size_max > 0 && server.connections_max > 0, "limits are not 0");
  must(server.deadlines.head.count() > 0 && server.deadlines.body_total.count() > 0, "deadlines are ahead");
  must(socket.message_bytes_max > 0 && socket.connections_max > 0 && turn.iterations_max > 0, "limits are not 0");
  must(socket.receive_timeout.count() >= 0 && turn.time_max.count() > 0 && turn.tool_timeout.count() > 0,
       "deadlines are ahead");
  (void)app::tool_selection(config);
  (void)app::plugin_selection(config);
  (void)app::workspace(config, "/nowhere");
  (void)app::plugin_load_paths(config);
  (void)app::access_rules(config, "token", "127.0.0.1");
}

}  // namespace

void run(std::string_view bytes) {
  static const MemoryFile file;
  static const config::ConfigSpec spec = app::kernel_config_spec();
  auto end = std::min(bytes.find('\0'), bytes.size());
  file.write(bytes.substr(0, end));
  auto loaded = config::load(spec, request_of(bytes.substr(std::min(end + 1, bytes.size())), file));
  check_problems(loaded.problems);
  must((loaded.snapshot == nullptr) == config::has_errors(loaded.problems), "an error, or a snapshot");
  if (!loaded.snapshot) return;
  bind(*loaded.snapshot);
  const auto& root = loaded.snapshot->root();
  auto shown = config::redacted(spec.schema(), root).dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
  must(!config::has_errors(spec.check(root)), "what is in effect fits the schema", shown);
  auto written = root.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (written.find("${") != std::string::npos) return;  // would be replaced once more
  file.write(written);
  auto again = config::load(spec, request_of({}, file));
  must(again.snapshot && again.snapshot->root() == root, "what is in effect is loaded again as it is", written);
}

}  // namespace chela::fuzz
