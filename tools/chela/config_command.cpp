#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kernel/core/config/edit.hpp"
#include "kernel/core/config/overlay.hpp"
#include "kernel/core/config/schema.hpp"
#include "kernel/core/platform/files.hpp"
#include "tools/chela/commands.hpp"
#include "tools/chela/installation.hpp"
#include "tools/chela/output.hpp"

namespace chela::cli {
namespace {

using Json = nlohmann::json;


struct Arguments {
  std::string file;
  std::string path;
  std::string value;
  bool json = false;
};

Json problem_json(const config::Problem& problem) {
  Json out = {{"code", problem.code}, {"severity", problem.severity == config::Severity::error ? "error" : "warning"},
              {"path", problem.path}, {"message", problem.message}, {"where", problem.where}};
  if (!problem.suggestion.empty()) out["suggestion"] = problem.suggestion;
  return out;
}

Result<int> get(const Arguments& arguments) {
  auto installation = Installation::read(arguments.file);
  CHELA_TRY(auto snapshot, installation.snapshot());
  auto shown = config::redacted(installation.spec.schema(), snapshot->root());
  CHELA_TRY(auto path, config::Path::parse(arguments.path));
  const Json* value = path.find_in(shown);
  if (!value) return fail(ErrorCode::not_found, "{} is not set", arguments.path.empty() ? "nothing" : arguments.path);
  if (arguments.json || !value->is_string()) {
    print_json(*value);
  } else {
    print(value->get<std::string>() + "\n");
  }
  return 0;
}

Result<int> set(const Arguments& arguments) {
  auto installation = Installation::read(arguments.file);
  auto file = config::find_config_file(installation.request);
  CHELA_TRY(auto text, config::text_to_edit(file));
  CHELA_TRY(auto path, config::Path::parse(arguments.path));
  auto value = config::read_value(config::find_schema(installation.spec.schema(), path), arguments.value);
  if (!value) return fail(path.text(), std::move(value.error()));
  CHELA_TRY(auto changed, config::with_value(text, path, *value));
  // What is written must load: the file is checked as a whole before it replaces the old one.
  auto trial = installation.request;
  trial.settings = {arguments.path + "=" + arguments.value};
  auto loaded = config::load(installation.spec, trial);
  std::string problems;
  for (const auto& problem : loaded.problems) {
    if (problem.severity == config::Severity::error)
      problems += (problems.empty() ? "" : "\nchela: ") + config::text_of(problem);
  }
  if (!problems.empty()) return fail(ErrorCode::invalid_argument, "{}", problems);
  CHELA_CHECK(platform::make_private_directory(file.path.parent_path()));
  std::error_code unknown;
  if (!std::filesystem::exists(file.path, unknown)) CHELA_CHECK(platform::sync_names(file.path.parent_path()));
  CHELA_CHECK(config::write_config_file(file.path, changed));
  return 0;
}

Result<int> validate(const Arguments& arguments) {
  auto installation = Installation::read(arguments.file);
  const auto& problems = installation.loaded.problems;
  if (arguments.json) {
    Json list = Json::array();
    for (const auto& problem : problems) list.push_back(problem_json(problem));
    print_json({{"valid", installation.loaded.snapshot != nullptr}, {"problems", list}});
  } else {
    for (const auto& problem : problems)
      fmt::print(stderr, "{}{}\n", problem.severity == config::Severity::warning ? "warning: " : "",
                 config::text_of(problem));
    if (installation.loaded.snapshot) print("the configuration is valid\n");
  }
  return installation.loaded.snapshot ? 0 : kFailed;
}

Result<int> schema(const Arguments&) {
  print(app::kernel_config_spec().schema_text() + "\n");
  return 0;
}

}  // namespace

void add_config_command(CLI::App& program, int& exit_code) {
  auto* group = program.add_subcommand("config", "The configuration");
  group->require_subcommand(1);
  auto add = [&](const char* name, const char* description, Result<int> (*action)(const Arguments&)) {
    auto arguments = std::make_shared<Arguments>();
    auto* command = group->add_subcommand(name, description);
    add_config_option(*command, arguments->file);
    command->callback([arguments, action, &exit_code] {
      auto done = action(*arguments);
      exit_code = done ? *done : fail_with(done.error());
    });
    return std::pair(command, arguments);
  };
  auto [get_command, get_arguments] = add("get", "The effective value at a path, or everything", get);
  get_command->add_option("path", get_arguments->path, "Such as gateway.port");
  get_command->add_flag("--json", get_arguments->json, "As JSON");
  auto [set_command, set_arguments] = add("set", "Changes one value in the file; comments stay", set);
  set_command->add_option("path", set_arguments->path, "Such as gateway.port")->required();
  set_command->add_option("value", set_arguments->value, "The value; JSON5 where it is not text")->required();
  auto [validate_command, validate_arguments] =
      add("validate", "Everything that is wrong with the configuration", validate);
  validate_command->add_flag("--json", validate_arguments->json, "As JSON");
  auto [schema_command, schema_arguments] = add("schema", "The JSON schema of the configuration", schema);
  schema_command->add_flag("--json", schema_arguments->json, "It always is");
}

}  // namespace chela::cli
