#include "kernel/runtime/skills/needs/debian.hpp"

#include <algorithm>
#include <array>

namespace chela::runtime::skills::needs {
namespace {

struct Row {
  std::string_view program;
  std::string_view package;
};

// Sorted by program. Left out on purpose: what Debian installs under another name (bat, fd), and what is another
// program there (mail clients, `yq`).
constexpr std::array kRows{
    Row{"aria2c", "aria2"},          Row{"convert", "imagemagick"},   Row{"curl", "curl"},
    Row{"dig", "bind9-dnsutils"},    Row{"exiftool", "libimage-exiftool-perl"},
    Row{"ffmpeg", "ffmpeg"},         Row{"ffprobe", "ffmpeg"},        Row{"fzf", "fzf"},
    Row{"gh", "gh"},                 Row{"git", "git"},               Row{"go", "golang-go"},
    Row{"gpg", "gpg"},               Row{"htop", "htop"},             Row{"jq", "jq"},
    Row{"mpv", "mpv"},               Row{"nmap", "nmap"},             Row{"node", "nodejs"},
    Row{"npm", "npm"},               Row{"pandoc", "pandoc"},         Row{"pdftoppm", "poppler-utils"},
    Row{"pdftotext", "poppler-utils"}, Row{"psql", "postgresql-client"}, Row{"python3", "python3"},
    Row{"qpdf", "qpdf"},             Row{"rclone", "rclone"},         Row{"redis-cli", "redis-tools"},
    Row{"rg", "ripgrep"},            Row{"rsync", "rsync"},           Row{"shellcheck", "shellcheck"},
    Row{"sox", "sox"},               Row{"sqlite3", "sqlite3"},       Row{"tesseract", "tesseract-ocr"},
    Row{"tmux", "tmux"},             Row{"tree", "tree"},             Row{"unzip", "unzip"},
    Row{"wget", "wget"},             Row{"whois", "whois"},           Row{"xmllint", "libxml2-utils"},
    Row{"yt-dlp", "yt-dlp"},         Row{"zip", "zip"},
};
static_assert(std::ranges::is_sorted(kRows, {}, &Row::program));

}  // namespace

std::string_view debian_package_of(std::string_view program) {
  auto found = std::ranges::lower_bound(kRows, program, {}, &Row::program);
  return found != kRows.end() && found->program == program ? found->package : std::string_view();
}

std::vector<std::string> debian_packages_of(const std::vector<std::string>& programs) {
  std::vector<std::string> out;
  for (const auto& program : programs) {
    auto package = debian_package_of(program);
    if (package.empty()) return {};
    if (std::ranges::find(out, package) == out.end()) out.emplace_back(package);
  }
  return out;
}

}  // namespace chela::runtime::skills::needs
