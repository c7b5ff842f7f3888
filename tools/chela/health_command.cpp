#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/chela/api_client.hpp"
#include "tools/chela/commands.hpp"
#include "tools/chela/output.hpp"

namespace chela::cli {
namespace {

struct Arguments {
  GatewayAddress address;
  bool json = false;
};

int check_health(const Arguments& arguments) {
  auto client = ApiClient::create(arguments.address);
  if (!client) return fail_with(client.error());
  auto health = (*client)->get("/health");
  if (!health) return fail_with(health.error());
  if (arguments.json) {
    print_json(*health);
  } else {
    print(fmt::format("{}, up for {} s\n", health->value("status", "?"), health->value("uptime", 0ll) / 1000));
  }
  return health->value("status", "") == "ok" ? 0 : kFailed;
}

}  // namespace

void add_health_command(CLI::App& program, int& exit_code) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = program.add_subcommand("health", "Whether a gateway answers");
  command->add_flag("--json", arguments->json, "The answer as JSON");
  add_gateway_options(*command, arguments->address);
  command->callback([arguments, &exit_code] { exit_code = check_health(*arguments); });
}

}  // namespace chela::cli
