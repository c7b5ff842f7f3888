#include "kernel/runtime/skills/hub/address.hpp"

#include <filesystem>
#include <vector>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/net/egress_url.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::runtime::skills::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = 64 * 1024;
constexpr std::size_t kDepthMax = 8;

std::string first_of(const Variable& variable, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (auto value = std::string(trim(variable(name))); !value.empty()) return value;
  }
  return {};
}

std::vector<fs::path> configuration_files(const Variable& variable) {
  if (auto named = first_of(variable, {"CLAWHUB_CONFIG_PATH", "CLAWDHUB_CONFIG_PATH"}); !named.empty()) return {named};
  fs::path folder = first_of(variable, {"XDG_CONFIG_HOME"});
  if (folder.empty()) folder = fs::path(first_of(variable, {"HOME"})) / ".config";
  return {folder / "clawhub" / "config.json", folder / "clawdhub" / "config.json"};
}

// The file belongs to one registry; a token without one is for whichever is asked.
void read_token_file(const Variable& variable, Address& address) {
  for (const auto& file : configuration_files(variable)) {
    auto text = platform::read_file(file, kFileBytesMax);
    if (!text) continue;
    auto json = parse_json(*text, kDepthMax);
    if (!json || !json->is_object()) return;
    address.token = trim(text_of(*json, "token"));
    auto registry = net::parse_egress_url(std::string(trim(text_of(*json, "registry"))));
    if (registry) address.token_origin = registry->origin();
    return;
  }
}

}  // namespace

Result<Address> find_address(const std::string& configured, const Variable& variable) {
  Address out;
  auto named = std::string(trim(configured));
  if (named.empty()) named = first_of(variable, {"OPENCLAW_CLAWHUB_URL", "CLAWHUB_URL", "CLAWHUB_REGISTRY"});
  out.is_site = named.empty();
  if (named.empty()) named = first_of(variable, {"CLAWHUB_SITE"});
  if (!named.empty()) out.base = named;
  while (out.base.ends_with('/')) out.base.pop_back();
  auto url = net::parse_egress_url(out.base);
  if (!url) return fail("the address of ClawHub, " + out.base, std::move(url.error()));
  if (!url->query.empty())
    return fail(ErrorCode::invalid_argument, "the address of ClawHub, {}: it must not have a query", url->shown());
  out.token_origin = url->origin();
  out.token = first_of(variable, {"CLAWHUB_TOKEN", "CLAWHUB_AUTH_TOKEN"});
  if (out.token.empty()) read_token_file(variable, out);
  // A header would not take it, and the error would show it.
  if (out.token.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos || out.token.contains("{{"))
    return fail(ErrorCode::invalid_argument, "the token for ClawHub holds characters that no token has");
  auto codeload = first_of(variable, {"CLAWHUB_GITHUB_CODELOAD_BASE_URL", "OPENCLAW_CLAWHUB_GITHUB_CODELOAD_BASE_URL"});
  if (!codeload.empty()) out.codeload = codeload;
  while (out.codeload.ends_with('/')) out.codeload.pop_back();
  return out;
}

}  // namespace chela::runtime::skills::hub
