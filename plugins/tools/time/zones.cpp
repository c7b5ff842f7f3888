#include "plugins/tools/time/zones.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "chela/failure.hpp"

namespace chela::tools::time {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFileBytesMax = 256 * 1024;
constexpr std::size_t kNamesMax = 4000;
constexpr std::size_t kNameBytesMax = 64;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Lower case, blanks as the database writes them.
std::string folded(std::string_view name) {
  std::string result;
  for (const char c : name) result += c == ' ' ? '_' : lower(c);
  return result;
}

std::string_view last_part(std::string_view name) { return name.substr(name.rfind('/') + 1); }

// Letters, digits and _+-/ only, no empty part: a name that cannot leave the folder.
bool is_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax || name.front() == '/' || name.back() == '/') return false;
  char before = '/';
  for (const char c : name) {
    const bool plain =
        (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '+' || c == '-';
    if (!plain && (c != '/' || before == '/')) return false;
    before = c;
  }
  return true;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

// What people write for a zone and the database does not know.
const char* zone_of_abbreviation(std::string_view name) {
  static const std::pair<const char*, const char*> table[] = {
      {"pst", "America/Los_Angeles"}, {"pdt", "America/Los_Angeles"}, {"mdt", "America/Denver"},
      {"cst", "America/Chicago"},     {"cdt", "America/Chicago"},     {"edt", "America/New_York"},
      {"bst", "Europe/London"},       {"cest", "Europe/Berlin"},      {"eest", "Europe/Athens"},
      {"ist", "Asia/Kolkata"},        {"jst", "Asia/Tokyo"},          {"aest", "Australia/Sydney"}};
  for (const auto& [abbreviation, zone] : table) {
    if (name == abbreviation) return zone;
  }
  return nullptr;
}

std::vector<std::string> all_names(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error), end;
       !error && entry != end && names.size() < kNamesMax; entry.increment(error)) {
    const std::string name = entry->path().lexically_relative(folder).string();
    const char first = name.empty() ? '\0' : name[0];
    std::error_code ignored;
    if (first < 'A' || first > 'Z') {  // posix/, right/, tzdata.zi, leapseconds
      if (entry->is_directory(ignored)) entry.disable_recursion_pending();
    } else if (is_name(name) && entry->is_regular_file(ignored)) {
      names.push_back(name);
    }
  }
  return names;
}

}  // namespace

Zone Zones::get(const std::string& name) const {
  if (name == "UTC" || name == "Etc/UTC") return Zone::utc();
  if (is_name(name)) {
    const fs::path path = fs::path(folder_) / name;
    std::error_code error;
    if (fs::is_regular_file(path, error)) {
      std::ifstream file(path, std::ios::binary);
      std::string bytes(kFileBytesMax, '\0');
      file.read(&bytes[0], static_cast<std::streamsize>(bytes.size()));
      bytes.resize(static_cast<std::size_t>(file.gcount()));
      if (auto zone = Zone::parse(bytes)) return *std::move(zone);
    }
  }
  std::error_code error;
  if (!fs::is_directory(folder_, error)) {
    throw Failure(CHELA_UNAVAILABLE, "finding time zone " + name + ": " + folder_ +
                                         " does not exist; install the package tzdata, or ask for UTC");
  }
  std::string text = "there is no time zone \"" + name.substr(0, kNameBytesMax) + "\"";
  const std::vector<std::string> near = suggest(name);
  for (std::size_t i = 0; i < near.size(); ++i) {
    text += (i == 0 ? "; did you mean " : i + 1 == near.size() ? " or " : ", ") + near[i];
  }
  text += near.empty() ? "; give an IANA name such as Europe/Berlin, America/New_York or UTC" : "?";
  throw Failure(CHELA_NOT_FOUND, text);
}

std::string Zones::local_name(const std::string& localtime) const {
  std::error_code error;
  const std::string target = fs::read_symlink(localtime, error).string();
  constexpr std::string_view kMark = "zoneinfo/";
  const std::size_t at = target.rfind(kMark);
  if (error || at == std::string::npos) return "UTC";
  const std::string name = target.substr(at + kMark.size());
  return is_name(name) ? name : "UTC";
}

std::vector<std::string> Zones::suggest(std::string_view name) const {
  const std::string wanted = folded(name.substr(0, kNameBytesMax));
  if (wanted.empty()) return {};
  if (const char* zone = zone_of_abbreviation(wanted)) return {zone};
  const std::size_t distance_max = std::min<std::size_t>(3, 1 + wanted.size() / 5);
  std::vector<std::pair<std::size_t, std::string>> scored;
  for (const std::string& candidate : all_names(folder_)) {
    const std::string whole = folded(candidate);
    const std::string_view city = last_part(whole);
    // A region beside a name is worth less than the same slip within it: Europe/Berlim is Europe/Berlin.
    std::size_t score = edit_distance(wanted, whole) * 2;
    score = std::min(score, edit_distance(wanted, city) * 2 + 1);
    score = std::min(score, edit_distance(last_part(wanted), city) * 2 + 2);
    if (score <= distance_max * 2 + 2) scored.emplace_back(score, candidate);
  }
  std::sort(scored.begin(), scored.end());
  std::vector<std::string> result;
  for (std::size_t i = 0; i < scored.size() && i < 3 && scored[i].first <= scored[0].first + 1; ++i) {
    result.push_back(scored[i].second);
  }
  return result;
}

}  // namespace chela::tools::time
