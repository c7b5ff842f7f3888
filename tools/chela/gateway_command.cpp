#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>

#include "kernel/app/gateway.hpp"
#include "tools/chela/commands.hpp"
#include "tools/chela/skill_view.hpp"

namespace chela::cli {
namespace {

struct Arguments {
  std::string config;
  std::optional<std::uint16_t> port;
  std::string bind;
  std::vector<std::string> settings;
};

app::GatewayOptions options_from(const Arguments& arguments, TimePoint started_at) {
  app::GatewayOptions options{.port = arguments.port, .version = CHELA_VERSION, .started_at = started_at};
  if (!arguments.config.empty()) options.load.file = arguments.config;
  options.load.environment = config::process_environment();
  add_tool_path(options.load.environment, config::home_directory(options.load.environment));
  options.load.settings = arguments.settings;
  std::error_code unknown;
  auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  if (!unknown) options.plugin_probe = {program.string(), "plugins", "probe"};
  if (!arguments.bind.empty()) options.load.settings.push_back("gateway.bind=" + arguments.bind);
  return options;
}

int report(const app::StartFailure& failure) {
  for (const auto& reason : failure.reasons) std::fprintf(stderr, "chela: %s\n", reason.c_str());
  return kFailed;
}

int run_gateway(const Arguments& arguments, TimePoint started_at) {
  auto gateway = app::Gateway::create(options_from(arguments, started_at));
  if (!gateway) return report(gateway.error());
  auto url = (*gateway)->start();
  if (!url) return report(url.error());
  std::chrono::duration<double, std::milli> elapsed = system_clock().now() - started_at;
  std::printf("chela gateway ready: %s (%.1f ms)\n", url->c_str(), elapsed.count());
  std::fflush(stdout);
  (*gateway)->run();
  return 0;
}

}  // namespace

void add_gateway_command(CLI::App& program, TimePoint started_at, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = program.add_subcommand("gateway", "Runs the gateway in the foreground until SIGTERM");
  command->add_option("--config", arguments->config, "Configuration file (default: chela.json in CHELA_HOME)");
  command->add_option("--port", arguments->port, "Port to listen on; 0 picks a free one");
  command->add_option("--bind", arguments->bind, "Address to listen on, or loopback or lan");
  command->add_option("--set", arguments->settings,
                      "A setting, such as logging.level=debug; may be given more than once");
  command->callback([arguments, started_at, &exit_code] { exit_code = run_gateway(*arguments, started_at); });
}

}  // namespace chela::cli
