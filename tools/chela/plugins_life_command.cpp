#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <ctime>
#include <memory>
#include <thread>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tools/chela/api_client.hpp"
#include "tools/chela/commands.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/plugins_commands.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

using Json = nlohmann::json;

constexpr auto kRefreshEvery = std::chrono::seconds(2);

struct Arguments {
  GatewayAddress address;
  std::string id;
  int lines = 100;
  bool json = false;
};

std::string path_of(const std::string& id, std::string_view action) {
  return fmt::format("/api/plugins/{}{}", id, action);
}

// Ids stand in paths as they are, so only what may be one goes there.
Result<void> check_id(const std::string& id) {
  auto valid = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_' || c == '.'; };
  if (!id.empty() && std::ranges::all_of(id, valid)) return {};
  return fail(ErrorCode::invalid_argument, "{}: not the id of a plugin", id);
}

Result<int> act(const Arguments& arguments, std::string_view action, std::string_view said) {
  CHELA_CHECK(check_id(arguments.id));
  CHELA_TRY(auto client, ApiClient::create(arguments.address));
  CHELA_TRY(auto answer, client->send("POST", path_of(arguments.id, action), Json::object()));
  if (arguments.json) return print_json(answer), 0;
  print(for_terminal(fmt::format("{} {} {}, {}", said, arguments.id, answer.value("version", ""),
                                 answer.value("state", ""))) + "\n");
  return 0;
}

Result<int> reload(const Arguments& arguments) { return act(arguments, "/reload", "reloaded"); }
Result<int> restart(const Arguments& arguments) { return act(arguments, "/restart", "restarted"); }

std::string time_of(const Json& unix_ms) {
  auto seconds = static_cast<std::time_t>(unix_ms.is_number() ? unix_ms.get<std::int64_t>() / 1000 : 0);
  std::tm local{};
  localtime_r(&seconds, &local);
  char text[32];
  std::strftime(text, sizeof text, "%H:%M:%S", &local);
  return text;
}

Result<int> logs(const Arguments& arguments) {
  CHELA_CHECK(check_id(arguments.id));
  CHELA_TRY(auto client, ApiClient::create(arguments.address));
  CHELA_TRY(auto answer, client->get(path_of(arguments.id, fmt::format("/logs?lines={}", arguments.lines))));
  if (arguments.json) return print_json(answer), 0;
  for (const auto& line : answer.value("lines", Json::array())) {
    print(for_terminal(fmt::format("{} {:<7} {}", time_of(line.value("time", Json())), line.value("level", ""),
                                   line.value("message", ""))) + "\n");
  }
  return 0;
}

std::string duration_text(std::int64_t ms) {
  auto seconds = ms / 1000;
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

// One row a process: its plugins share what it costs.
Json processes_of(const Json& answer) {
  Json out = Json::array();
  for (const auto& plugin : answer.value("plugins", Json::array())) {
    auto process = plugin.find("process");
    if (process == plugin.end() || !process->is_object()) continue;
    auto same = std::ranges::find_if(out, [&](const Json& row) { return row["pid"] == process->value("pid", Json()); });
    if (same != out.end()) {
      (*same)["plugins"].push_back(plugin.value("id", ""));
      (*same)["crashes"] = same->value("crashes", 0) + process->value("crashes", 0);
      continue;
    }
    Json row = *process;
    row.erase("sharedWith");
    row["plugins"] = {plugin.value("id", "")};
    out.push_back(std::move(row));
  }
  return out;
}

std::string table_of(const Json& processes) {
  auto out = bold(fmt::format("{:>8} {:>10} {:>10} {:>10} {:>7}  {}", "PID", "MEMORY", "CPU", "UP", "CRASHES", "PLUGINS")) + "\n";
  for (const auto& row : processes) {
    std::string plugins;
    for (const auto& id : row["plugins"]) plugins += (plugins.empty() ? "" : ", ") + id.get<std::string>();
    out += fmt::format("{:>8} {:>6.1f} MiB {:>8.2f} s {:>10} {:>7}  {}\n", row.value("pid", 0L),
                       row.value("memoryBytes", 0.0) / (1 << 20), row.value("cpuMs", 0.0) / 1000,
                       duration_text(row.value("upMs", 0LL)), row.value("crashes", 0), for_terminal(plugins));
  }
  if (processes.empty()) out += "no plugin runs in a process of its own\n";
  return out;
}

Result<int> top(const Arguments& arguments) {
  CHELA_TRY(auto client, ApiClient::create(arguments.address));
  const bool watched = !arguments.json && is_terminal(STDOUT_FILENO);
  for (;;) {
    CHELA_TRY(auto answer, client->get("/api/plugins"));
    auto processes = processes_of(answer);
    if (arguments.json) return print_json({{"processes", processes}}), 0;
    print((watched ? "\x1b[H\x1b[2J" : "") + table_of(processes));
    if (!watched) return 0;
    std::this_thread::sleep_for(kRefreshEvery);
  }
}

std::shared_ptr<Arguments> add(CLI::App& plugins, int& exit_code, const char* name, const char* description,
                               Result<int> (*action)(const Arguments&)) {
  auto arguments = std::make_shared<Arguments>();
  auto* command = plugins.add_subcommand(name, description);
  add_gateway_options(*command, arguments->address);
  command->add_flag("--json", arguments->json, "One JSON document");
  on_command(*command, exit_code, [arguments, action] { return action(*arguments); });
  return arguments;
}

}  // namespace

std::string tell_gateway(const std::string& config, const std::string& path) {
  auto client = ApiClient::create({.url = {}, .token = {}, .config = config});
  if (!client) return "it takes effect when the gateway starts";
  auto answer = (*client)->send("POST", path, Json::object());
  if (!answer && answer.error().code == ErrorCode::unavailable && answer.error().message.starts_with("no gateway"))
    return "it takes effect when the gateway starts";
  if (!answer) return "the gateway that runs did not take it in: " + answer.error().message;
  std::string out = "the gateway has taken it in";
  for (const auto& problem : answer->value("problems", Json::array())) {
    if (problem.is_string()) out += "; " + problem.get<std::string>();
  }
  return out;
}

std::optional<Json> ask_gateway_about(const std::string& config, const std::string& id) {
  if (!check_id(id)) return std::nullopt;
  auto client = ApiClient::create({.url = {}, .token = {}, .config = config});
  if (!client) return std::nullopt;
  auto answer = (*client)->get(path_of(id, ""));
  return answer ? std::optional(std::move(*answer)) : std::nullopt;
}

void add_life_commands(CLI::App& plugins, int& exit_code) {
  struct Row {
    const char* name;
    const char* description;
    Result<int> (*action)(const Arguments&);
  };
  constexpr Row kRows[] = {
      {"reload", "Puts what is in the plugin's folder in the place of what runs", reload},
      {"restart", "Starts a plugin anew, also out of quarantine", restart},
      {"logs", "The last lines that a plugin wrote", logs},
  };
  for (const auto& row : kRows) {
    auto arguments = add(plugins, exit_code, row.name, row.description, row.action);
    auto* command = plugins.get_subcommand(row.name);
    command->add_option("id", arguments->id, "The plugin's id")->required();
    if (row.action == logs)
      command->add_option("--lines", arguments->lines, "How many")->check(CLI::Range(1, 500))->capture_default_str();
  }
  add(plugins, exit_code, "top", "The processes of plugins: memory, CPU, up-time, crashes", top);
}

}  // namespace chela::cli
