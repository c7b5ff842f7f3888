#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kernel/core/packages/publish.hpp"
#include "kernel/core/platform/files.hpp"
#include "tools/chela/commands.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/package_report.hpp"
#include "tools/chela/plugins_commands.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t kKeyBytesMax = 16 * 1024;
constexpr std::uint32_t kPublicFileMode = 0644;

struct Arguments {
  std::string folder = ".";
  std::string key;
  std::string output;
  bool json = false;
};

Result<packages::SecretKey> read_key(const std::string& file) {
  CHELA_TRY(auto text, platform::read_file(file, kKeyBytesMax));
  auto key = packages::parse_secret_key(text);
  if (!key) return fail(file, std::move(key.error()));
  return key;
}

Result<int> pack(const Arguments& arguments) {
  CHELA_TRY(const auto* engine, packages::load_packages_module());
  CHELA_TRY(auto info, packages::read_package(arguments.folder));
  auto archive = arguments.output.empty() ? packages::archive_name(info) : arguments.output;
  CHELA_CHECK(packages::pack_folder(*engine, arguments.folder, archive));
  if (arguments.json)
    print_json({{"id", info.id}, {"version", info.version}, {"file", archive}});
  else
    print(archive + "\n");
  return 0;
}

Result<int> sign(const Arguments& arguments) {
  CHELA_TRY(const auto* engine, packages::load_packages_module());
  CHELA_TRY(auto key, read_key(arguments.key));
  CHELA_CHECK(packages::sign_folder(*engine, key, arguments.folder));
  if (arguments.json)
    print_json({{"key", key.id}});
  else
    print(fmt::format("signed with key {}\n", key.id));
  return 0;
}

Result<int> keygen(const Arguments& arguments) {
  CHELA_TRY(const auto* engine, packages::load_packages_module());
  CHELA_TRY(auto key, packages::make_key(*engine));
  const fs::path secret = arguments.output + ".key", open = arguments.output + ".pub";
  if (fs::exists(secret) || fs::exists(open))
    return fail(ErrorCode::already_exists, "{} or {} is there already; a key is never written over", secret.string(),
                open.string());
  CHELA_CHECK(platform::write_file_atomically(secret, packages::secret_key_text(key)));
  CHELA_CHECK(
      platform::write_file_atomically(open, packages::public_key_text(packages::public_part(key)), kPublicFileMode));
  if (arguments.json)
    print_json({{"key", key.id}, {"secret", secret.string()}, {"public", open.string()}});
  else
    print(fmt::format("key {}\nkeep secret  {}\npublish      {}\n", key.id, secret.string(), open.string()));
  return 0;
}

Result<int> publish_check(const Arguments& arguments) {
  CHELA_TRY(const auto* engine, packages::load_packages_module());
  auto problems = packages::publish_problems(*engine, arguments.folder);
  int errors = 0;
  for (const auto& problem : problems) {
    errors += problem.is_error ? 1 : 0;
    if (arguments.json) continue;
    print(for_terminal(
              fmt::format("{:<8} {} ({})", problem.is_error ? "error" : "warning", problem.message, problem.code)) +
          "\n");
  }
  if (arguments.json)
    print_json({{"publishable", errors == 0}, {"diagnostics", problems_json(problems)}});
  else if (errors == 0)
    print("others can install it\n");
  return errors == 0 ? 0 : kFailed;
}

}  // namespace

void add_publish_commands(CLI::App& plugins, int& exit_code) {
  auto add = [&](const char* name, const char* description, Result<int> (*action)(const Arguments&)) {
    auto arguments = std::make_shared<Arguments>();
    auto* command = plugins.add_subcommand(name, description);
    command->add_flag("--json", arguments->json, "One JSON document");
    on_command(*command, exit_code, [arguments, action] { return action(*arguments); });
    return std::pair(command, arguments);
  };
  constexpr const char* kFolder = "The plugin's folder (default: this one)";
  auto [pack_command, packed] = add("pack", "Packs a plugin into an archive that can be installed", pack);
  pack_command->add_option("folder", packed->folder, kFolder);
  pack_command->add_option("--output,-o", packed->output, "The archive (default: ID-VERSION.tgz)");
  auto [sign_command, to_sign] = add("sign", "Signs every file of a plugin (minisign's format)", sign);
  sign_command->add_option("folder", to_sign->folder, kFolder);
  sign_command->add_option("--key", to_sign->key, "The secret key, a file")->required();
  auto [key_command, made] = add("keygen", "Makes a key pair for signing", keygen);
  made->output = "chela-plugins";
  key_command->add_option("--output,-o", made->output, "Where: writes FILE.key and FILE.pub");
  auto [check_command, checked] = add("publish-check", "Whether others could install a plugin", publish_check);
  check_command->add_option("folder", checked->folder, kFolder);
}

}  // namespace chela::cli
