#include "kernel/runtime/skills/index_file.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>

#include <sys/stat.h>

#include "kernel/core/base/hash.hpp"
#include "kernel/core/platform/files.hpp"

namespace chela::runtime::skills {
namespace {

constexpr std::string_view kMagic = "chela-skills-1\n";  // another layout, another number
constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kReservedMax = 16'384;  // elements, before they have been seen
constexpr std::uint64_t kFileBytesMax = 256 * 1024 * 1024;

template <class T, class Plain>
concept Like = std::is_same_v<std::remove_const_t<T>, Plain>;

// Members go out in the order in which In takes them. Numbers as they are in memory: the file stays on its machine.
class Out {
 public:
  template <class T>
    requires(std::is_arithmetic_v<T> || std::is_enum_v<T>)
  void operator()(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }
  template <class T>
  void operator()(const std::vector<T>& list) {
    (*this)(static_cast<std::uint32_t>(list.size()));
    for (const auto& one : list) (*this)(one);
  }
  template <class T>
  void operator()(const std::optional<T>& value) {
    (*this)(value.has_value());
    if (value) (*this)(*value);
  }
  template <class T>
    requires std::is_class_v<T>
  void operator()(const T& value) {
    members(*this, value);
  }
  std::string take() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class In {
 public:
  explicit In(std::string_view bytes) : rest_(bytes) {}
  bool is_sound() const { return sound_; }
  bool is_at_end() const { return sound_ && rest_.empty(); }

  template <class T>
    requires std::is_arithmetic_v<T>
  void operator()(T& value) {
    auto bytes = take(sizeof value);
    if (bytes.size() == sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
  }
  void operator()(bool& value) {
    auto byte = take(1);
    value = !byte.empty() && byte.front() != 0;
  }
  template <class T>
    requires std::is_enum_v<T>
  void operator()(T& value) {
    std::underlying_type_t<T> number{};
    (*this)(number);
    sound_ = sound_ && number <= static_cast<std::underlying_type_t<T>>(last_of(T{}));
    if (sound_) value = static_cast<T>(number);
  }
  void operator()(std::string& text) { text = take(count()); }
  template <class T>
  void operator()(std::vector<T>& list) {
    auto size = count();
    list.reserve(std::min(size, kReservedMax));
    for (std::size_t i = 0; i < size && sound_; ++i) (*this)(list.emplace_back());
  }
  template <class T>
  void operator()(std::optional<T>& value) {
    bool has_value = false;
    (*this)(has_value);
    if (has_value) (*this)(value.emplace());
  }
  template <class T>
    requires std::is_class_v<T>
  void operator()(T& value) {
    members(*this, value);
  }

 private:
  static Source last_of(Source) { return Source::workspace; }
  static LoadProblem last_of(LoadProblem) { return LoadProblem::read; }

  // What is counted takes a byte each at least, so that no number asks for memory that the file does not justify.
  std::size_t count() {
    std::uint32_t size = 0;
    (*this)(size);
    if (size <= rest_.size()) return size;
    sound_ = false;
    return 0;
  }
  std::string_view take(std::size_t size) {
    sound_ = sound_ && size <= rest_.size();
    if (!sound_) return {};
    auto bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }

  std::string_view rest_;
  bool sound_ = true;
};

void members(auto& archive, Like<FileStamp> auto& value) {
  archive(value.device), archive(value.inode), archive(value.size), archive(value.modified_ns);
  archive(value.changed_ns);
}

void members(auto& archive, Like<Diagnostic> auto& value) {
  archive(value.kind), archive(value.path), archive(value.message);
}

void members(auto& archive, Like<ToolDispatch> auto& value) {
  archive(value.tool);
}

void members(auto& archive, Like<Requires> auto& value) {
  archive(value.bins), archive(value.any_bins), archive(value.env), archive(value.config);
}

void members(auto& archive, Like<InstallSpec> auto& value) {
  archive(value.kind), archive(value.id), archive(value.label), archive(value.bins), archive(value.os);
  archive(value.formula), archive(value.package), archive(value.module), archive(value.url), archive(value.sha256);
  archive(value.archive), archive(value.target_dir), archive(value.extract), archive(value.strip_components);
}

void members(auto& archive, Like<Manifest> auto& value) {
  archive(value.always), archive(value.emoji), archive(value.homepage), archive(value.skill_key);
  archive(value.primary_env), archive(value.os), archive(value.needs), archive(value.install);
}

void members(auto& archive, Like<Skill> auto& value) {
  archive(value.name), archive(value.description), archive(value.display_name), archive(value.content_hash);
  archive(value.source), archive(value.user_invocable), archive(value.hidden_from_model), archive(value.dispatch);
  archive(value.gates_lost), archive(value.notes), archive(value.withheld);
}

void members(auto& archive, Like<Known> auto& value) {
  archive(value.directory), archive(value.source), archive(value.stamp), archive(value.origin_ns);
  archive(value.is_judged), archive(value.package), archive(value.below);
}

void write_entry(Out& out, const Known& known, const Skill* skill) {
  out(known);
  out(skill != nullptr);
  if (!skill) return out(*known.problem);
  out(*skill);
  out(skill->manifest != nullptr);
  if (skill->manifest) out(*skill->manifest);
}

Known read_entry(In& in) {
  Known known;
  in(known);
  bool has_skill = false, has_manifest = false;
  in(has_skill);
  if (!has_skill) {
    in(*(known.problem = std::make_unique<Diagnostic>()));
    return known;
  }
  in(*(known.skill = std::make_unique<Skill>()));
  in(has_manifest);
  if (!has_manifest) return known;
  auto manifest = std::make_shared<Manifest>();
  in(*manifest);
  known.skill->manifest = std::move(manifest);
  return known;
}

std::string_view digest_text(const std::array<std::byte, kDigestBytes>& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

IndexTerms index_terms(const LibrarySettings& settings) {
  struct stat program{};
  ::stat("/proc/self/exe", &program);  // another program may read skills in another way
  auto stamp = stamp_of(program);
  const auto& load = settings.discovery.load;
  return {fmt::format("{}.{}.{}.{} {} {}{}{}{}{}", stamp.device, stamp.inode, stamp.size, stamp.changed_ns,
                      settings.discovery.limits.file_bytes_max, load.refuse_hard_links, load.any_case,
                      load.manifest.later_namespaces, load.manifest.named_env, load.manifest.platform_names),
          settings.judge ? settings.judge_version : ""};
}

std::string write_index(const Shelf& shelf, const IndexTerms& terms) {
  Out out;
  out(terms.reading);
  out(terms.judge_version);
  out(static_cast<std::uint32_t>(shelf.known().size()));
  for (const auto& known : shelf.known()) write_entry(out, known, shelf.skill_of(known));
  auto body = std::move(out).take();
  return std::string(kMagic) + std::string(digest_text(sha256(body))) + body;
}

std::optional<std::vector<Known>> read_index(std::string_view bytes, const IndexTerms& terms) {
  if (bytes.size() < kMagic.size() + kDigestBytes || !bytes.starts_with(kMagic)) return std::nullopt;
  auto digest = bytes.substr(kMagic.size(), kDigestBytes);
  auto body = bytes.substr(kMagic.size() + kDigestBytes);
  if (digest != digest_text(sha256(body))) return std::nullopt;
  In in(body);
  std::string reading, judge_version;
  std::uint32_t count = 0;
  in(reading);
  in(judge_version);
  in(count);
  if (!in.is_sound() || reading != terms.reading || count > body.size()) return std::nullopt;
  bool judged = !terms.judge_version.empty() && judge_version == terms.judge_version;
  std::vector<Known> out;
  out.reserve(std::min<std::size_t>(count, kReservedMax));
  for (std::uint32_t i = 0; i < count && in.is_sound(); ++i) {
    auto& known = out.emplace_back(read_entry(in));
    if (judged || !known.skill) continue;
    known.is_judged = false;
    known.skill->withheld.clear();
  }
  if (!in.is_at_end()) return std::nullopt;
  return out;
}

Result<void> save_index(const std::filesystem::path& file, const Shelf& shelf, const IndexTerms& terms) {
  CHELA_CHECK(platform::make_private_directory(file.parent_path()));
  return platform::write_file_atomically(file, write_index(shelf, terms));
}

std::optional<std::vector<Known>> load_index(const std::filesystem::path& file, const IndexTerms& terms) {
  auto bytes = platform::read_file(file, kFileBytesMax);
  return bytes ? read_index(*bytes, terms) : std::nullopt;
}

}  // namespace chela::runtime::skills
