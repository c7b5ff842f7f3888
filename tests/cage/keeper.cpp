// keeper none|sandbox FOLDER COMMAND…: a gateway that keeps one caged program until it is killed itself.

#include <string>

#include "kernel/core/cage/child.hpp"
#include "kernel/core/loop/loop.hpp"

int main(int argc, char** argv) {
  using namespace chela;
  if (argc < 4) return 2;
  Loop loop;
  cage::ChildRequest request;
  request.command.assign(argv + 3, argv + argc);
  request.policy.level = std::string(argv[1]) == "none" ? cage::Level::none : cage::Level::sandbox;
  if (request.policy.level == cage::Level::sandbox) {
    request.policy.read_write = {argv[2]};
    request.policy.read_only = {std::filesystem::path(argv[3]).parent_path()};
  }
  auto child = cage::Child::start(loop, std::move(request));
  if (!child) return 1;
  loop.run();
  return 0;
}
