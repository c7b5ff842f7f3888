#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/cage/escapes/attempt.hpp"

namespace cage_escapes {
namespace {

namespace fs = std::filesystem;

bool create(const std::string& path) {
  int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return false;
  close(descriptor);
  unlink(path.c_str());
  return true;
}

bool made_link(const Arguments& a) {  // SECRET GRANT
  auto link = a[1] + "/made-link";
  unlink(link.c_str());
  return symlink(a[0].c_str(), link.c_str()) == 0 && can_read(link);
}

bool hard_link(const Arguments& a) {  // SECRET GRANT
  auto target = a[1] + "/hard-link";
  unlink(target.c_str());
  return link(a[0].c_str(), target.c_str()) == 0 && can_read(target);
}

bool upwards(const Arguments& a) {  // GRANT NAME: where the secret lies beside the grant
  int folder = open(a[0].c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  int descriptor = openat(folder, ("../" + a[1]).c_str(), O_RDONLY | O_CLOEXEC);
  return descriptor >= 0;
}

bool root_of_other_process(const Arguments& a) {  // SECRET
  for (const auto& entry : fs::directory_iterator("/proc")) {
    auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos || name == std::to_string(getpid())) continue;
    if (can_read((entry.path() / "root").string() + a[0])) return true;
  }
  return false;
}

bool environment_of_others(const Arguments& a) {  // MARK
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "environ");
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (text.find(a[0]) != std::string::npos) return true;
  }
  return false;
}

bool device_node(const Arguments& a) {  // GRANT
  auto node = a[0] + "/device";
  unlink(node.c_str());
  if (mknod(node.c_str(), S_IFCHR | 0600, makedev(1, 5)) != 0) return false;
  int descriptor = open(node.c_str(), O_RDONLY | O_CLOEXEC);
  unlink(node.c_str());
  return descriptor >= 0;
}

bool is_populated(const char* folder) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  return !error && entry != fs::end(entry);
}

}  // namespace

std::vector<Attempt> on_files() {
  return {
      {"read_shadow", [](const Arguments&) { return can_read("/etc/shadow"); }},
      {"read_path", [](const Arguments& a) { return can_read(a[0]); }},
      {"list_folder", [](const Arguments& a) { return is_populated(a[0].c_str()); }},
      {"write_path", [](const Arguments& a) { return create(a[0]); }},
      {"open_for_writing", [](const Arguments& a) { return can_write(a[0]); }},
      {"change_mode", [](const Arguments& a) { return chmod(a[0].c_str(), 0600) == 0; }},
      {"made_link", made_link},
      {"hard_link", hard_link},
      {"upwards", upwards},
      {"root_of_other_process", root_of_other_process},
      {"environment_of_others", environment_of_others},
      {"own_environment", [](const Arguments& a) { return std::getenv(a[0].c_str()) != nullptr; }},
      {"device_node", device_node},
      {"memory_device", [](const Arguments&) { return can_write("/dev/mem") || can_write("/dev/kmsg"); }},
      {"system_tree", [](const Arguments&) { return is_populated("/sys/kernel"); }},
  };
}

}  // namespace cage_escapes
