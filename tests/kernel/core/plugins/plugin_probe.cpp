// What the gateway runs as `chela plugins probe`, alone: the kernel's tests do not build the whole program.

#include <iostream>
#include <iterator>
#include <string>

#include "plugin-sdk/conformance/probe.hpp"

int main(int argc, char** argv) {
  const std::string configuration{std::istreambuf_iterator<char>(std::cin), {}};
  return argc == 2 ? chela::conformance::probe(argv[1], configuration) : 2;
}
