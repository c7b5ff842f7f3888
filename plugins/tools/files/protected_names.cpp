#include "plugins/tools/files/protected_names.hpp"

#include <algorithm>
#include <string_view>

namespace chela::tools::files {

namespace {

const char* const kBuiltIn[] = {
    // version control: hooks, filters and aliases are commands
    ".git", ".hg", ".svn", ".gitconfig", ".gitmodules", ".husky", ".pre-commit-config.yaml",
    // shells and logins
    ".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".profile", ".zshrc", ".zshenv",
    ".zprofile", ".zlogin", ".zlogout", ".kshrc", ".cshrc", ".tcshrc", ".login", ".inputrc", ".xinitrc", ".xprofile",
    ".xsession", ".envrc", ".pam_environment", ".config/fish", ".config/autostart", ".config/systemd", ".local/bin",
    // editors and debuggers that run what they find
    ".vimrc", ".nvimrc", ".exrc", ".emacs", ".emacs.d", ".config/nvim", ".vscode", ".idea", ".gdbinit", ".lldbinit",
    ".tmux.conf",
    // credentials and where programs are fetched from
    ".ssh", ".gnupg", ".aws", ".kube", ".docker", ".netrc", ".npmrc", ".yarnrc", ".yarnrc.yml", ".pypirc",
    ".config/pip", ".cargo/config.toml",
    // agents, and this gateway's own state and skills
    ".mcp.json", ".claude", ".cursor", ".codex", ".openclaw", "openclaw.json", ".chela", "chela.json",
    "SKILL.md", "/skills"};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

bool matches_at(std::string_view pattern, const std::vector<std::string>& parts, std::size_t at) {
  for (; !pattern.empty(); ++at) {
    const std::size_t slash = pattern.find('/');
    const std::string_view name = pattern.substr(0, slash);
    if (at >= parts.size() || (name != "*" && !equal_ignoring_case(name, parts[at]))) return false;
    pattern = slash == std::string_view::npos ? std::string_view() : pattern.substr(slash + 1);
  }
  return true;
}

}  // namespace

ProtectedNames::ProtectedNames(const std::vector<std::string>& more, const std::vector<std::string>& fewer) {
  patterns_.assign(std::begin(kBuiltIn), std::end(kBuiltIn));
  patterns_.insert(patterns_.end(), more.begin(), more.end());
  const auto dropped = [&](const std::string& pattern) {
    return pattern.empty() || std::find(fewer.begin(), fewer.end(), pattern) != fewer.end();
  };
  patterns_.erase(std::remove_if(patterns_.begin(), patterns_.end(), dropped), patterns_.end());
}

const std::string* ProtectedNames::find(const std::vector<std::string>& parts) const {
  for (const std::string& pattern : patterns_) {
    const bool at_root = pattern.front() == '/';
    const std::string_view names = at_root ? std::string_view(pattern).substr(1) : std::string_view(pattern);
    for (std::size_t at = 0; at < (at_root ? 1 : parts.size()); ++at) {
      if (matches_at(names, parts, at)) return &pattern;
    }
  }
  return nullptr;
}

}  // namespace chela::tools::files
