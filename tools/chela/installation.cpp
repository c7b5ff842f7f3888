#include "tools/chela/installation.hpp"

#include "kernel/app/settings.hpp"

namespace chela::cli {

Installation Installation::read(const std::string& config_file) {
  Installation out{.request = {}, .spec = app::kernel_config_spec(), .home = {}, .loaded = {}};
  if (!config_file.empty()) out.request.file = config_file;
  out.request.environment = config::process_environment();
  out.home.root = config::home_directory(out.request.environment);
  out.loaded = config::load(out.spec, out.request);
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
  plugins::Roots roots{.home = home.plugins(), .bundled = app::bundled_plugins()};
  plugins::Selection selection;
  if (loaded.snapshot) {
    roots.load_paths = app::plugin_load_paths(*loaded.snapshot);
    roots.workspace = app::workspace(*loaded.snapshot, home.workspace()) / ".chela" / "plugins";
    selection = app::plugin_selection(*loaded.snapshot);
  }
  return plugins::discover(roots, selection);
}

void add_config_option(CLI::App& command, std::string& file) {
  command.add_option("--config", file, "Configuration file (default: chela.json in CHELA_HOME)");
}

}  // namespace chela::cli
