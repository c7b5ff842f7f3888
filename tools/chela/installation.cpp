#include "tools/chela/installation.hpp"

#include "kernel/app/configuration.hpp"
#include "kernel/app/settings.hpp"

namespace chela::cli {

Installation Installation::read(const std::string& config_file) {
  Installation out{.request = {}, .spec = app::kernel_config_spec(), .home = {}, .loaded = {}};
  if (!config_file.empty()) out.request.file = config_file;
  out.request.environment = config::process_environment();
  out.home.root = config::home_directory(out.request.environment);
  out.loaded = app::load_configuration(out.spec, out.request, out.home);
  return out;
}

Result<std::shared_ptr<const config::Snapshot>> Installation::snapshot() const {
  if (loaded.snapshot) return loaded.snapshot;
  std::string text;
  for (const auto& problem : loaded.problems) {
    if (problem.severity != config::Severity::error) continue;
    text += (text.empty() ? "" : "\nchela: ") + config::text_of(problem);
  }
  return fail(ErrorCode::invalid_argument, "{}", text);
}

plugins::Discovery Installation::discover_plugins() const {
  auto selection = loaded.snapshot ? app::plugin_selection(*loaded.snapshot) : plugins::Selection();
  return plugins::discover(app::plugin_roots(home, loaded.snapshot.get()), selection);
}

void add_config_option(CLI::App& command, std::string& file) {
  command.add_option("--config", file, "Configuration file (default: chela.json in CHELA_HOME)");
}

}  // namespace chela::cli
