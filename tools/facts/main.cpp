#include <cstdio>
#include <cstdlib>

#include <nlohmann/json.hpp>

#include "tools/facts/facts.hpp"

namespace {

using chela::Result;
using Json = nlohmann::json;

Result<Json> all_facts(const std::vector<std::filesystem::path>& manifests, const std::filesystem::path& home) {
  CHELA_TRY(auto configuration, chela::facts::configuration(manifests));
  CHELA_TRY(auto gateway, chela::facts::gateway(home));
  return Json{{"configuration", std::move(configuration)},
              {"gateway", std::move(gateway)},
              {"errors", chela::facts::errors()},
              {"diagnostics", chela::facts::diagnostics()},
              {"commands", chela::facts::commands()}};
}

}  // namespace

int main(int argc, char** argv) {
  std::string home = (std::filesystem::temp_directory_path() / "chela-facts-XXXXXX").string();
  if (!mkdtemp(home.data())) return std::perror("chela_facts: making a home"), 1;
  const std::vector<std::filesystem::path> manifests(argv + 1, argv + argc);
  auto facts = all_facts(manifests, home);
  std::error_code ignored;
  std::filesystem::remove_all(home, ignored);
  if (!facts) return fmt::print(stderr, "chela_facts: {}\n", facts.error().message), 1;
  fmt::print("{}\n", facts->dump(2));
  return 0;
}
