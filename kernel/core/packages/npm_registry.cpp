#include "kernel/core/packages/npm_registry.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/net/egress.hpp"
#include "kernel/core/net/egress_url.hpp"
#include "kernel/core/packages/semver.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::packages {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kListBytesMax = 64u << 20;  // packuments hold every version that there ever was
constexpr std::size_t kTarballBytesMax = 128u << 20;
constexpr std::size_t kFoundMax = 50;
constexpr int kRedirectsMax = 5;

// A name has its @ as it is written.
std::string encoded(std::string_view text) { return net::percent_encoded(text, "-._~@"); }

Task<Result<std::string>> get(FetchContext& context, std::string url, std::string accept, std::size_t bytes_max) {
  net::EgressRequest request{.url = url, .caller = "plugins", .response_bytes_max = bytes_max};
  request.follow_redirects = kRedirectsMax;
  request.headers.add("Accept", accept);
  auto fetched = co_await context.egress.fetch(std::move(request), context.loop.shutdown_token());
  CHELA_CO_TRY(auto response, std::move(fetched));
  if (response.status == 404) co_return fail(ErrorCode::not_found, "{}: there is no such package", url);
  if (response.status != 200)
    co_return fail(ErrorCode::unavailable, "{}: the registry answered {}", url, response.status);
  co_return std::move(response.body);
}

Task<Result<Json>> get_json(FetchContext& context, std::string url) {
  auto fetched = co_await get(context, url, "application/json", kListBytesMax);
  CHELA_CO_TRY(auto text, std::move(fetched));
  auto json = parse_json(text, kDepthMax);
  if (!json || !json->is_object()) co_return fail(ErrorCode::protocol, "{}: the answer is no JSON object", url);
  co_return std::move(*json);
}

std::string version_of_tag(const Json& packument, const std::string& wanted) {
  auto tags = packument.find("dist-tags");
  if (tags == packument.end() || !tags->is_object()) return {};
  return text_of(*tags, wanted.c_str());
}

std::string tags_of(const Json& packument) {
  auto tags = packument.find("dist-tags");
  std::string out;
  if (tags == packument.end() || !tags->is_object()) return out;
  for (const auto& [tag, version] : tags->items()) {
    if (version.is_string()) out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", tag, version.get<std::string>());
  }
  return out;
}

// The one hash of the list that we take.
std::string sha512_of(std::string_view integrity) {
  for (auto hash : split(integrity, ' ')) {
    if (hash.starts_with("sha512-")) return std::string(hash.substr(0, hash.find('?')));
  }
  return {};
}

Result<NpmVersion> read_version(const Json& packument, const std::string& base, const std::string& name,
                                const std::string& wanted) {
  auto version = parse_semver(wanted) ? wanted : version_of_tag(packument, wanted.empty() ? "latest" : wanted);
  auto versions = packument.find("versions");
  const Json* row = nullptr;
  if (versions != packument.end() && versions->is_object() && versions->contains(version)) row = &(*versions)[version];
  if (!row || !row->is_object() || text_of(packument, "name") != name) {
    return fail(ErrorCode::not_found, "the registry has no {}@{}; its tags are: {}", name,
                wanted.empty() ? "latest" : wanted, tags_of(packument));
  }
  auto dist = row->find("dist");
  if (dist == row->end() || !dist->is_object()) return fail(ErrorCode::protocol, "{}@{} has no dist", name, version);
  NpmVersion out{version, text_of(*dist, "tarball"), sha512_of(text_of(*dist, "integrity"))};
  if (out.integrity.empty()) {
    return fail(ErrorCode::denied, "{}@{} has no sha512 in the registry, so that nobody could tell a changed package",
                name, version);
  }
  if (!out.tarball.starts_with("https://") && !(base.starts_with("http://") && out.tarball.starts_with("http://")))
    return fail(ErrorCode::denied, "the tarball of {}@{} would come from {}", name, version, out.tarball);
  return out;
}

}  // namespace

Task<Result<NpmVersion>> find_npm_version(FetchContext& context, std::string base, std::string name,
                                          std::string wanted) {
  while (base.ends_with('/')) base.pop_back();
  auto fetched = co_await get_json(context, base + "/" + encoded(name));
  CHELA_CO_TRY(auto packument, std::move(fetched));
  co_return read_version(packument, base, name, wanted);
}

Task<Result<void>> download_npm(FetchContext& context, NpmVersion version, std::filesystem::path file) {
  auto fetched = co_await get(context, version.tarball, "application/octet-stream", kTarballBytesMax);
  CHELA_CO_TRY(auto bytes, std::move(fetched));
  auto found = "sha512-" + to_base64(context.engine.sha512(bytes));
  if (found != version.integrity) {
    co_return fail(ErrorCode::corrupt, "{}: the registry promised {}, what came is {}", version.tarball,
                   version.integrity, found);
  }
  co_return platform::write_file_atomically(file, bytes);
}

Task<Result<std::vector<NpmFound>>> search_npm(FetchContext& context, std::string text,
                                               std::vector<std::string> keywords) {
  auto base = context.npm_registry;
  while (base.ends_with('/')) base.pop_back();
  auto query = fmt::format("{}{}keywords:{}", text, text.empty() ? "" : " ", fmt::join(keywords, ","));
  auto fetched =
      co_await get_json(context, fmt::format("{}/-/v1/search?size={}&text={}", base, kFoundMax, encoded(query)));
  CHELA_CO_TRY(auto json, std::move(fetched));
  auto objects = json.find("objects");
  if (objects == json.end() || !objects->is_array())
    co_return fail(ErrorCode::unsupported, "{}: the registry cannot search", base);
  std::vector<NpmFound> out;
  for (const auto& row : *objects) {
    if (!row.is_object() || !row.contains("package") || !row["package"].is_object() || out.size() == kFoundMax)
      continue;
    const auto& package = row["package"];
    out.push_back({text_of(package, "name"), text_of(package, "version"), text_of(package, "description")});
  }
  co_return out;
}

}  // namespace chela::packages
