#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "kernel/core/packages/trust_store.hpp"
#include "kernel/core/platform/files.hpp"
#include "tools/chela/commands.hpp"
#include "tools/chela/installation.hpp"
#include "tools/chela/output.hpp"
#include "tools/chela/plugins_commands.hpp"
#include "tools/chela/terminal.hpp"

namespace chela::cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kKeyBytesMax = 16 * 1024;

struct Arguments {
  std::string config, key, name, statement;
  bool json = false;
};

Result<packages::TrustStore> open_store(const Arguments& arguments) {
  return packages::TrustStore::open(Installation::read(arguments.config).home.root);
}

Result<int> list(const Arguments& arguments) {
  CHELA_TRY(auto store, open_store(arguments));
  Json keys = Json::array(), revoked = Json::array();
  for (const auto& row : store.keys()) {
    const bool gone = store.is_revoked(row.key.id);
    keys.push_back({{"id", row.key.id}, {"name", row.name}, {"namedBy", row.named_by}, {"revoked", gone}});
    if (arguments.json) continue;
    print(for_terminal(fmt::format("{} {}{}{}", row.key.id, row.name,
                                   row.named_by.empty() ? "" : ", named by " + row.named_by, gone ? ", revoked" : "")) +
          "\n");
  }
  for (const auto& row : store.revoked()) revoked.push_back({{"id", row.id}, {"reason", row.reason}});
  if (arguments.json) print_json({{"keys", keys}, {"revoked", revoked}});
  return 0;
}

// A file, or the key itself as publishers print it on their pages.
Result<std::string> key_text(const std::string& given) {
  auto text = platform::read_file(given, kKeyBytesMax);
  if (text || text.error().code != ErrorCode::not_found) return text;
  if (packages::parse_public_key(given)) return given;
  return std::unexpected(std::move(text.error()));
}

Result<int> add(const Arguments& arguments) {
  CHELA_TRY(auto store, open_store(arguments));
  CHELA_TRY(auto text, key_text(arguments.key));
  auto key = packages::parse_public_key(text);
  if (!key) return fail(arguments.key, std::move(key.error()));
  const auto now = system_clock().unix_ms();
  if (arguments.statement.empty()) {
    CHELA_CHECK(store.add(*key, arguments.name, now));
  } else {
    CHELA_TRY(const auto* engine, packages::load_packages_module());
    CHELA_TRY(auto signature_text, platform::read_file(arguments.statement, kKeyBytesMax));
    auto signature = packages::parse_signature(signature_text);
    if (!signature) return fail(arguments.statement, std::move(signature.error()));
    CHELA_TRY(auto added, store.add_successor(*engine, text, *signature, arguments.name, now));
  }
  if (arguments.json)
    print_json({{"id", key->id}, {"state", "trusted"}});
  else
    print(fmt::format("key {} is trusted\n", key->id));
  return 0;
}

Result<int> remove(const Arguments& arguments) {
  CHELA_TRY(auto store, open_store(arguments));
  CHELA_CHECK(store.remove(arguments.key));
  if (arguments.json)
    print_json({{"id", arguments.key}, {"state", "removed"}});
  else
    print(fmt::format("key {} is not trusted any more\n", arguments.key));
  return 0;
}

Result<int> revoke(const Arguments& arguments) {
  CHELA_TRY(auto store, open_store(arguments));
  CHELA_CHECK(store.revoke(arguments.key, arguments.name, system_clock().unix_ms()));
  if (arguments.json)
    print_json({{"id", arguments.key}, {"state", "revoked"}});
  else
    print(fmt::format("key {} is revoked, and every key that it named\n", arguments.key));
  return 0;
}

}  // namespace

void add_trust_commands(CLI::App& plugins, int& exit_code) {
  auto* group = plugins.add_subcommand("trust", "The publishers' keys that you trust");
  group->require_subcommand(1);
  auto add_one = [&](const char* name, const char* description, Result<int> (*action)(const Arguments&)) {
    auto arguments = std::make_shared<Arguments>();
    auto* command = group->add_subcommand(name, description);
    add_config_option(*command, arguments->config);
    command->add_flag("--json", arguments->json, "One JSON document");
    on_command(*command, exit_code, [arguments, action] { return action(*arguments); });
    return std::pair(command, arguments);
  };
  add_one("list", "The keys, and those that were revoked", list);
  auto [add_command, added] = add_one("add", "Trusts a key from now on", add);
  add_command->add_option("key", added->key, "A file of minisign, or the key itself")->required();
  add_command->add_option("--name", added->name, "Whose it is");
  add_command->add_option(
      "--signed-by-old", added->statement,
      "The signature with which a trusted key names this one its successor (minisign -S -m new.pub)");
  auto [remove_command, removed] = add_one("remove", "Trusts a key no more, nor those that it named", remove);
  remove_command->add_option("id", removed->key, "The key's id")->required();
  auto [revoke_command, revoked] = add_one("revoke", "Refuses whatever a key has signed, for good", revoke);
  revoke_command->add_option("id", revoked->key, "The key's id")->required();
  revoke_command->add_option("--reason", revoked->name, "Why");
}

}  // namespace chela::cli
