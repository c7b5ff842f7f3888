#include "kernel/runtime/skills/command_names.hpp"

#include <algorithm>
#include <set>

#include "kernel/core/base/text.hpp"
#include "kernel/runtime/skills/js_text.hpp"

namespace chela::runtime::skills {
namespace {

std::string with_hyphens(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto blank = text[at] == '_' ? 1 : space_length(text, at);
    if (blank == 0) {
      out += text[at++];
      continue;
    }
    bool repeated = at > 0 && (text[at - 1] == '_' || text[at - 1] == ' ');
    if (!repeated) out += '-';
    at += blank;
  }
  return out;
}

}  // namespace

std::string command_name_of(std::string_view name) {
  std::string out;
  for (char c : to_lower(trim_blanks(name))) {
    bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (kept)
      out += c;
    else if (!out.empty() && out.back() != '_')
      out += '_';
  }
  while (out.ends_with('_')) out.pop_back();
  if (out.size() > kCommandUnitsMax) out.resize(kCommandUnitsMax);
  return out.empty() ? "skill" : out;
}

std::vector<std::string> command_names(const std::vector<std::string>& names, const std::vector<std::string>& taken) {
  std::set<std::string, std::less<>> used;
  for (const auto& name : taken) used.insert(to_lower(name));
  std::vector<std::string> out;
  for (const auto& name : names) {
    auto base = command_name_of(name);
    auto command = base;
    for (std::size_t number = 2; !used.insert(command).second; ++number) {
      auto suffix = "_" + std::to_string(number);
      command = base.substr(0, kCommandUnitsMax - suffix.size()) + suffix;
    }
    out.push_back(std::move(command));
  }
  return out;
}

std::size_t find_called(std::string_view text, const std::vector<std::string>& names,
                        const std::vector<std::string>& commands) {
  auto wanted = to_lower(trim_blanks(text));
  auto wanted_hyphens = with_hyphens(wanted);
  for (std::size_t i = 0; i < names.size(); ++i) {
    auto name = to_lower(names[i]);
    const auto& command = commands[i];
    bool same = wanted == command || wanted == name || wanted_hyphens == with_hyphens(name) ||
                wanted_hyphens == with_hyphens(command);
    if (same) return i;
  }
  return std::string::npos;
}

}  // namespace chela::runtime::skills
