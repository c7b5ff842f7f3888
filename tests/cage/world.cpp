#include "tests/cage/world.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <fstream>

#include "kernel/core/base/text.hpp"
#include "kernel/core/platform/spawn.hpp"

namespace chela::cage {
namespace {

constexpr std::uint64_t kMiB = 1ull << 20;

void write_file(const std::string& path, std::string_view text) {
  std::ofstream(path) << text;
}

sockaddr_un unix_address(const std::string& name, bool abstract, socklen_t& size) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::size_t skipped = abstract ? 1 : 0;
  std::memcpy(address.sun_path + skipped, name.data(), name.size());
  size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + skipped + name.size());
  return address;
}

}  // namespace

World::World() {
  add_files();
  add_sockets();
  platform::SpawnRequest sleeper;
  sleeper.argv = {"/bin/sleep", "1000"};
  sleeper.environment = {{kMarkName, kMark}};
  sleeper.descriptors = {-1, -1, -1};
  victim_ = *platform::spawn(sleeper);
  names_["victim"] = fmt::to_string(victim_);
  names_["mark"] = kMark;
  names_["mark_name"] = kMarkName;
  segment_ = shmget(getpid(), 4096, IPC_CREAT | 0600);
  names_["segment"] = fmt::to_string(getpid());
}

World::~World() {
  kill(victim_, SIGKILL);
  waitpid(victim_, nullptr, 0);
  shmctl(segment_, IPC_RMID, nullptr);
  unlink(path("shared").c_str());
}

void World::add_files() {
  auto root = std::filesystem::canonical(folder_.path());
  for (const char* name : {"home", "home/.ssh", "grant", "readable"}) std::filesystem::create_directory(root / name);
  names_ = {{"home", root / "home"},
            {"secret", root / "home/secret"},
            {"ssh", root / "home/.ssh/id_ed25519"},
            {"grant", root / "grant"},
            {"readable", root / "readable"},
            {"link", root / "grant/link"},
            {"readable_file", root / "readable/note"},
            {"shared", fmt::format("/dev/shm/chela-test-{}", getpid())}};
  for (const char* name : {"secret", "ssh", "shared", "readable_file"}) write_file(names_[name], "secret");
  std::filesystem::create_symlink(names_["secret"], names_["link"]);
  std::filesystem::create_directory_symlink("/", root / "grant" / "root");
}

void World::add_sockets() {
  auto name = fmt::format("chela-test-{}", getpid());
  names_["abstract"] = name;
  names_["abstract_datagram"] = name + "-datagram";
  names_["path_socket"] = names_["home"] + "/gateway.sock";
  listen(AF_UNIX, SOCK_STREAM, name, true);
  listen(AF_UNIX, SOCK_DGRAM, names_["abstract_datagram"], true);
  listen(AF_UNIX, SOCK_STREAM, names_["path_socket"], false);
  for (int type : {SOCK_STREAM, SOCK_DGRAM}) {
    platform::OwnedDescriptor socket(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size);
    if (type == SOCK_STREAM) ::listen(socket.get(), 8);
    getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
    names_[type == SOCK_STREAM ? "tcp" : "udp"] = fmt::to_string(ntohs(address.sin_port));
    open_.push_back(std::move(socket));
  }
}

void World::listen(int family, int type, const std::string& address, bool abstract) {
  platform::OwnedDescriptor socket(::socket(family, type | SOCK_CLOEXEC, 0));
  socklen_t size = 0;
  auto bound = unix_address(address, abstract, size);
  bind(socket.get(), reinterpret_cast<sockaddr*>(&bound), size);
  if (type == SOCK_STREAM) ::listen(socket.get(), 8);
  open_.push_back(std::move(socket));
}

std::vector<std::string> World::words(std::string text) const {
  for (const auto& [name, value] : names_) {
    auto placeholder = "{" + name + "}";
    for (auto at = text.find(placeholder); at != std::string::npos; at = text.find(placeholder)) {
      text.replace(at, placeholder.size(), value);
    }
  }
  std::vector<std::string> list;
  for (std::string_view word : split(text, ' ')) list.emplace_back(word);
  return list;
}

CagePolicy World::policy(Level level) const {
  CagePolicy policy;
  policy.level = level;
  policy.limits = {};
  if (level == Level::none) {
    policy.limits = {.memory_bytes = 0, .processes = 0, .file_bytes = 0, .open_files = 0};
    return policy;
  }
  policy.read_only = {path("readable"), programs()};
  policy.read_write = {path("grant")};
  policy.limits = {.memory_bytes = 64 * kMiB,
                   .processes = 24,
                   .file_bytes = 8 * kMiB,
                   .open_files = 64,
                   .temporary_bytes = 4 * kMiB};
  return policy;
}

}  // namespace chela::cage
