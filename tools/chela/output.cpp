#include "tools/chela/output.hpp"

#include <nlohmann/json.hpp>

#include "tools/chela/commands.hpp"

namespace chela::cli {

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void print_json(const nlohmann::json& value) {
  print(value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

void complain(std::string_view message) { fmt::print(stderr, "chela: {}\n", message); }

int fail_with(const Error& error) {
  complain(error.message);
  return kFailed;
}

}  // namespace chela::cli
