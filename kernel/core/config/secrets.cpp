#include "kernel/core/config/secrets.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/config/schema_walk.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::embedded {
std::string_view secrets_schema();
}

namespace chela::config {
namespace {

using nlohmann::json;

constexpr std::uint64_t kSecretFileBytesMax = 1 << 20;
constexpr std::size_t kSecretFileDepthMax = 64;

bool starts_variable(char c) { return (c >= 'A' && c <= 'Z') || c == '_'; }
bool continues_variable(char c) { return starts_variable(c) || (c >= '0' && c <= '9'); }

// The length of the variable name at the front of `text`.
std::size_t variable_length(std::string_view text) {
  if (text.empty() || !starts_variable(text[0])) return 0;
  std::size_t length = 1;
  while (length < text.size() && continues_variable(text[length])) ++length;
  return length;
}

// Whether text is `$NAME` and nothing else.
bool is_bare_variable(std::string_view text) {
  return text.size() > 1 && text[0] == '$' && variable_length(text.substr(1)) == text.size() - 1;
}

bool has_prefix(std::string_view text, std::string_view prefix) {
  return equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

// The variable of a `${NAME}` at the front of `text`, or empty.
std::string_view braced_variable(std::string_view text) {
  if (!text.starts_with("${")) return {};
  std::size_t length = variable_length(text.substr(2));
  return length > 0 && text.substr(2 + length, 1) == "}" ? text.substr(2, length) : std::string_view();
}

bool has_variables(std::string_view text) {
  for (auto at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 1)) {
    bool escaped = at > 0 && text[at - 1] == '$';
    if (!escaped && !braced_variable(text.substr(at)).empty()) return true;
  }
  return false;
}

Result<std::string> find_in_environment(const Environment& environment, std::string_view name) {
  if (const auto* value = find_variable(environment, name)) return *value;
  return fail(ErrorCode::not_found, "the environment variable {} is not set", name);
}

// The text that an RFC 6901 pointer names in the JSON text of a file.
Result<std::string> find_in_json(const std::string& text, std::string_view pointer) {
  auto document = parse_json(text, kSecretFileDepthMax);
  if (!document) return fail(ErrorCode::invalid_argument, "the file {}", document.error().message);
  const json* value = &*document;
  for (auto part : split(pointer.substr(1), '/')) {
    std::string key;
    for (std::size_t i = 0; i < part.size(); ++i) {
      bool escape = part[i] == '~' && i + 1 < part.size();
      key += escape ? (part[++i] == '1' ? '/' : '~') : part[i];
    }
    value = Path{key}.find_in(*value);
    if (!value) return fail(ErrorCode::not_found, "the file has nothing at {}", pointer);
  }
  if (!value->is_string()) return fail(ErrorCode::invalid_argument, "there is no text at {}", pointer);
  return value->get<std::string>();
}

}  // namespace

std::string_view secrets_schema() { return embedded::secrets_schema(); }

bool is_literal_secret(const json& value) {
  if (!value.is_string()) return false;
  std::string_view text = value.get_ref<const std::string&>();
  return !has_prefix(text, "env:") && !has_prefix(text, "file:") && !is_bare_variable(text) && !has_variables(text);
}

bool is_raw_secret(const json& value) {
  return value.is_string() && has_prefix(value.get_ref<const std::string&>(), "raw:");
}

std::string substitute_variables(std::string_view text, const Environment& environment,
                                 std::vector<std::string>& missing) {
  std::string out;
  while (!text.empty()) {
    if (text.starts_with("$${")) {
      out += "${";
      text.remove_prefix(3);
      continue;
    }
    std::string_view name = braced_variable(text);
    if (name.empty()) {
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    if (const auto* value = find_variable(environment, name)) {
      out += *value;
    } else {
      out += text.substr(0, name.size() + 3);
      missing.emplace_back(name);
    }
    text.remove_prefix(name.size() + 3);
  }
  return out;
}

Result<std::string> read_secret_file(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return fail_errno("reading the secret file " + path, errno);
  if ((status.st_mode & 0007) != 0) {
    return fail(ErrorCode::denied, "reading the secret file {}: every user can read it; run chmod 600 {}", path, path);
  }
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return fail(ErrorCode::denied, "reading the secret file {}: it belongs to another user", path);
  }
  auto text = platform::read_file(path, kSecretFileBytesMax);
  if (!text) return fail("reading a secret", std::move(text.error()));
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  return text;
}

SecretResolver::SecretResolver(Environment environment, std::string home, const json* providers, Sink sink)
    : environment_(std::move(environment)),
      home_(std::move(home)),
      providers_(std::make_shared<const json>(providers ? *providers : json::object())),
      sink_(std::move(sink)) {}

SecretResolver::~SecretResolver() = default;

Result<std::string> SecretResolver::resolve(const json& reference) const {
  auto secret =
      reference.is_string() ? resolve_text(reference.get_ref<const std::string&>()) : resolve_object(reference);
  if (secret && sink_) sink_(*secret);
  return secret;
}

Result<std::string> SecretResolver::resolve_text(std::string_view text) const {
  if (has_prefix(text, "raw:")) return std::string(text.substr(4));
  if (has_prefix(text, "env:")) return find_in_environment(environment_, trim(text.substr(4)));
  if (has_prefix(text, "file:")) return read_secret_file(expand_home(trim(text.substr(5))));
  if (is_bare_variable(text)) return find_in_environment(environment_, text.substr(1));
  std::vector<std::string> missing;
  std::string value = substitute_variables(text, environment_, missing);
  if (missing.empty()) return value;
  return fail(ErrorCode::not_found, "the environment variable {} is not set", missing[0]);
}

Result<std::string> SecretResolver::resolve_object(const json& reference) const {
  std::string source = text_member(reference, "source");
  std::string id = text_member(reference, "id");
  std::string name = text_member(reference, "provider", "default");
  if (source.empty() || id.empty()) {
    return fail(ErrorCode::invalid_argument, "a secret reference is a text or {{source, provider, id}}");
  }
  const json* provider = find_member(*providers_, name);
  if (provider && text_member(*provider, "source") != source) provider = nullptr;
  if (source == "env") {
    const json* allowed = provider ? find_member(*provider, "allowlist") : nullptr;
    bool refused = allowed && allowed->is_array() && std::ranges::find(*allowed, json(id)) == allowed->end();
    if (refused) return fail(ErrorCode::denied, "secrets.providers.{}.allowlist does not name {}", name, id);
    return find_in_environment(environment_, id);
  }
  if (source != "file") {
    return fail(ErrorCode::unsupported, "secret source {} ({}): not supported by this version; use env or file", source,
                id);
  }
  if (!provider) return fail(ErrorCode::not_found, "no file provider named {} in secrets.providers", name);
  return resolve_provider_file(*provider, id);
}

Result<std::string> SecretResolver::resolve_provider_file(const json& provider, std::string_view id) const {
  CHELA_TRY(std::string text, read_secret_file(expand_home(text_member(provider, "path"))));
  if (text_member(provider, "mode", "json") == "singleValue") return text;
  if (!id.starts_with('/')) return fail(ErrorCode::invalid_argument, "the id {} is no JSON pointer (/a/b)", id);
  auto secret = find_in_json(text, id);
  if (!secret) return fail("reading a secret from " + text_member(provider, "path"), std::move(secret.error()));
  return secret;
}

std::string SecretResolver::expand_home(std::string_view path) const {
  return path == "~" || path.starts_with("~/") ? home_ + std::string(path.substr(1)) : std::string(path);
}

}  // namespace chela::config
