#include "tools/scaffold/scaffold.hpp"

#include <cctype>
#include <fstream>
#include <system_error>
#include <utility>

namespace chela::embedded {
std::string_view template_tool_source();
std::string_view template_tool_manifest();
std::string_view template_tool_build();
std::string_view template_provider_source();
std::string_view template_provider_manifest();
std::string_view template_provider_build();
}  // namespace chela::embedded

namespace chela::scaffold {
namespace {

struct Template {
  std::string_view kind;
  std::string_view (*source)();
  std::string_view (*manifest)();
  std::string_view (*build)();
};

constexpr Template kTemplates[] = {
    {"tool", embedded::template_tool_source, embedded::template_tool_manifest, embedded::template_tool_build},
    {"provider", embedded::template_provider_source, embedded::template_provider_manifest,
     embedded::template_provider_build},
};

bool is_valid_id(std::string_view id) {
  if (id.size() < 2 || id.size() > 64 || id.front() < 'a' || id.front() > 'z' || id.back() == '-') return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const char c = id[i];
    if (c == '-' ? id[i - 1] == '-' : !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) return false;
  }
  return true;
}

std::string with_underscores(std::string_view id) {
  std::string out(id);
  for (char& c : out) c = c == '-' ? '_' : c;
  return out;
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string pascal_case(std::string_view id) {
  std::string out;
  bool start = true;
  for (const char c : id) {
    if (c != '-') out.push_back(start ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c);
    start = c == '-';
  }
  return out;
}

// The templates are a real plugin named greeter; its name is replaced wherever it stands.
std::string renamed(std::string_view text, std::string_view id) {
  const std::string symbol = with_underscores(id);
  const std::pair<std::string_view, std::string> names[] = {
      {"chela_plugin_greeter", "chela_plugin_" + symbol},
      {"greeter.cpp", symbol + ".cpp"},
      {"GREETER", upper(symbol)},
      {"Greeter", pascal_case(id)},
      {"greeter", std::string(id)},
  };
  std::string out;
  while (!text.empty()) {
    bool found = false;
    for (const auto& [from, to] : names) {
      if (!text.starts_with(from)) continue;
      out += to;
      text.remove_prefix(from.size());
      found = true;
      break;
    }
    if (found) continue;
    out.push_back(text.front());
    text.remove_prefix(1);
  }
  return out;
}

Result<void> write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) return fail(ErrorCode::unavailable, "writing {}: the file could not be written", path.string());
  return {};
}

}  // namespace

std::vector<std::string> kinds() {
  std::vector<std::string> out;
  for (const Template& t : kTemplates) out.emplace_back(t.kind);
  return out;
}

Result<std::vector<std::filesystem::path>> write_plugin(std::string_view id, std::string_view kind,
                                                        const std::filesystem::path& directory) {
  if (!is_valid_id(id)) {
    return fail(
        ErrorCode::invalid_argument,
        "creating a plugin named \"{}\": use 2 to 64 lower case letters, digits and single dashes, a letter first", id);
  }
  const Template* chosen = nullptr;
  for (const Template& t : kTemplates) {
    if (t.kind == kind) chosen = &t;
  }
  if (chosen == nullptr) {
    return fail(ErrorCode::invalid_argument, "creating a plugin: there is no template for \"{}\"; use {}", kind,
                fmt::join(kinds(), " or "));
  }
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return fail(ErrorCode::unavailable, "creating {}: {}", directory.string(), error.message());
  const bool empty = std::filesystem::is_empty(directory, error);
  if (error) return fail(ErrorCode::unavailable, "reading {}: {}", directory.string(), error.message());
  if (!empty) {
    return fail(ErrorCode::already_exists, "creating a plugin in {}: the folder is not empty; name another one",
                directory.string());
  }
  const std::pair<std::string, std::string_view> files[] = {
      {with_underscores(id) + ".cpp", chosen->source()},
      {"chela.plugin.json", chosen->manifest()},
      {"CMakeLists.txt", chosen->build()},
  };
  std::vector<std::filesystem::path> written;
  for (const auto& [name, text] : files) {
    CHELA_CHECK(write_file(directory / name, renamed(text, id)));
    written.push_back(directory / name);
  }
  return written;
}

}  // namespace chela::scaffold
