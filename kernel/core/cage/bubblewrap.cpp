#include "kernel/core/cage/bubblewrap.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/platform/process.hpp"

namespace chela::cage {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 3> kPlaces = {"/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap"};
constexpr std::array<const char*, 6> kSystemFolders = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};
constexpr std::array<const char*, 3> kSettings = {"/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives"};
constexpr std::array<const char*, 5> kNetworkSettings = {"/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf",
                                                         "/etc/ssl/certs", "/etc/ssl/openssl.cnf"};
// Files of /proc that are the whole machine's and not the namespace's. An account that is root outside owns them, and
// for many of them the owner needs no capability: through /proc/sys/kernel/core_pattern it could start a program
// outside.
constexpr std::array<const char*, 7> kMachineInProc = {"/proc/sys",  "/proc/sysrq-trigger", "/proc/fs",    "/proc/acpi",
                                                       "/proc/scsi", "/proc/mtrr",          "/proc/asound"};
constexpr std::array<const char*, 2> kSecretsInProc = {"/proc/keys", "/proc/kmsg"};
constexpr auto kTrialTime = std::chrono::seconds(10);
constexpr const char* kSharedMemoryBytes = "16777216";

class Arguments {
 public:
  void add(std::initializer_list<std::string> words) { list_.insert(list_.end(), words); }
  void read_only(const char* path) { add({"--ro-bind-try", path, path}); }
  std::vector<std::string> take() { return std::move(list_); }

 private:
  std::vector<std::string> list_;
};

void add_isolation(Arguments& arguments, Network network) {
  arguments.add({"--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "cage"});
  auto user = fmt::to_string(kUserInside);
  arguments.add({"--uid", user, "--gid", user});
  if (network == Network::host) arguments.add({"--share-net"});
}

void add_system(Arguments& arguments, Network network, BubblewrapFiles files) {
  arguments.add({"--ro-bind", "/usr", "/usr"});
  for (const char* folder : kSystemFolders) {
    std::error_code error;
    auto target = fs::read_symlink(folder, error);
    if (error) {
      arguments.read_only(folder);
    } else {
      arguments.add({"--symlink", target.string(), folder});
    }
  }
  for (const char* file : kSettings) arguments.read_only(file);
  if (network == Network::host) {
    for (const char* file : kNetworkSettings) arguments.read_only(file);
  }
  arguments.add({"--ro-bind-data", fmt::to_string(files.passwd), "/etc/passwd"});
}

void add_machine(Arguments& arguments, const Limits& limits) {
  arguments.add({"--proc", "/proc"});
  for (const char* path : kMachineInProc) arguments.read_only(path);
  for (const char* path : kSecretsInProc) {
    if (access(path, F_OK) == 0) arguments.add({"--ro-bind", "/dev/null", path});
  }
  arguments.add({"--dev", "/dev", "--size", kSharedMemoryBytes, "--tmpfs", "/dev/shm", "--remount-ro", "/dev"});
  arguments.add({"--size", fmt::to_string(limits.temporary_bytes), "--tmpfs", "/tmp", "--dir", kHomeInside});
}

void add_grants(Arguments& arguments, const CagePolicy& policy) {
  // Outer folders first, or they would cover what is granted below them.
  std::vector<std::pair<std::string, bool>> grants;
  for (const fs::path& path : policy.read_only) grants.emplace_back(path.string(), false);
  for (const fs::path& path : policy.read_write) grants.emplace_back(path.string(), true);
  std::ranges::sort(grants);
  for (const auto& [path, writable] : grants) arguments.add({writable ? "--bind" : "--ro-bind", path, path});
}

Error cannot(std::string_view said) {
  return {ErrorCode::unsupported,
          fmt::format("starting a sandbox: {}; allow user namespaces (sysctl user.max_user_namespaces, "
                      "kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns; in a container "
                      "also its seccomp profile), or trust this program and run it without a sandbox",
                      said)};
}

}  // namespace

Result<fs::path> find_bubblewrap() {
  for (const char* place : kPlaces) {
    if (access(place, X_OK) == 0) return fs::path(place);
  }
  return fail(ErrorCode::unsupported,
              "starting a sandbox: bubblewrap is not installed; install it (apt-get install bubblewrap), or trust this "
              "program and run it without a sandbox");
}

platform::Environment environment_inside(const CagePolicy& policy) {
  platform::Environment environment = {
      {"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"HOME", kHomeInside}, {"TMPDIR", "/tmp"}};
  for (const auto& [name, value] : policy.environment) {
    auto same = std::ranges::find(environment, name, &platform::Environment::value_type::first);
    if (same != environment.end()) {
      same->second = value;
    } else {
      environment.emplace_back(name, value);
    }
  }
  return environment;
}

std::vector<std::string> bubblewrap_arguments(const fs::path& bubblewrap, const CagePolicy& policy,
                                              BubblewrapFiles files, const std::vector<std::string>& command) {
  Arguments arguments;
  arguments.add({bubblewrap.string()});
  add_isolation(arguments, policy.network);
  add_system(arguments, policy.network, files);
  add_machine(arguments, policy.limits);
  add_grants(arguments, policy);
  arguments.add({"--remount-ro", "/"});
  arguments.add({"--chdir", policy.working_directory.empty() ? "/tmp" : policy.working_directory.string()});
  arguments.add({"--seccomp", fmt::to_string(files.filter), "--"});
  auto list = arguments.take();
  list.insert(list.end(), command.begin(), command.end());
  return list;
}

Task<Result<void>> try_sandbox(Loop& loop) {
  CHELA_CO_TRY(fs::path bubblewrap, find_bubblewrap());
  platform::ProcessRequest request;
  request.argv = {bubblewrap.string(),
                  "--unshare-all",
                  "--die-with-parent",
                  "--ro-bind",
                  "/",
                  "/",
                  "--proc",
                  "/proc",
                  "--dev",
                  "/dev",
                  "true"};
  request.environment = {{"PATH", "/usr/bin:/bin"}};
  request.timeout = kTrialTime;
  auto running = platform::run_process(loop, std::move(request), {});
  auto status = co_await std::move(running);
  if (!status) co_return std::unexpected(std::move(status.error()));
  if (status->succeeded()) co_return Result<void>{};
  auto said = trim(status->error_output);
  co_return std::unexpected(cannot(said.empty() ? "bubblewrap does not work here" : cut_utf8(said, 300)));
}

}  // namespace chela::cage
