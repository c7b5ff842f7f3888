#include "plugins/tools/time/zone.hpp"

#include <algorithm>

namespace chela::tools::time {

// Reads from the front of `bytes_`. `failed_` is set once anything is missing or out of range, and stays set.
class TzifReader {
 public:
  explicit TzifReader(std::string_view bytes) : bytes_(bytes) {}

  std::optional<Zone> read() {
    const Header first = header();
    if (failed_) return std::nullopt;
    Zone zone;
    if (first.version < '2') {
      data(first, 4, zone);
    } else {
      // Version 1 data comes first for old readers; it ends in 2038.
      take(data_size(first, 4));
      const Header second = header();
      data(second, 8, zone);
      footer(zone);
    }
    if (failed_ || zone.types_.empty()) return std::nullopt;
    return zone;
  }

 private:
  struct Header {
    char version = 0;
    std::uint32_t is_ut = 0, is_std = 0, leaps = 0, times = 0, types = 0, chars = 0;
  };
  static constexpr std::uint32_t kCountMax = 10000;

  std::string_view take(std::size_t size) {
    if (failed_ || size > bytes_.size()) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  // Big-endian, signed, `size` bytes.
  std::int64_t integer(std::size_t size) {
    std::uint64_t value = 0;
    const std::string_view taken = take(size);
    for (const char c : taken) value = value << 8 | static_cast<unsigned char>(c);
    if (size == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
    return static_cast<std::int64_t>(value);
  }

  std::uint32_t count() {
    const std::int64_t value = integer(4);
    if (value < 0 || value > kCountMax) failed_ = true;
    return failed_ ? 0 : static_cast<std::uint32_t>(value);
  }

  Header header() {
    Header h;
    if (take(4) != "TZif") failed_ = true;
    const std::string_view version = take(1);
    h.version = version.empty() ? '\0' : version[0];
    take(15);
    h.is_ut = count();
    h.is_std = count();
    h.leaps = count();
    h.times = count();
    h.types = count();
    h.chars = count();
    return h;
  }

  static std::size_t data_size(const Header& h, std::size_t time_size) {
    return h.times * (time_size + 1) + std::size_t{h.types} * 6 + h.chars + h.leaps * (time_size + 4) + h.is_std +
           h.is_ut;
  }

  void data(const Header& h, std::size_t time_size, Zone& zone) {
    std::vector<std::int64_t> times;
    for (std::uint32_t i = 0; i < h.times && !failed_; ++i) times.push_back(integer(time_size));
    const std::string_view type_indexes = take(h.times);
    const std::string_view types = take(std::size_t{h.types} * 6);
    const std::string_view names = take(h.chars);
    take(h.leaps * (time_size + 4) + h.is_std + h.is_ut);
    for (std::size_t i = 0; i < types.size(); i += 6) {
      TzifReader type(types.substr(i, 4));
      const auto name_at = static_cast<unsigned char>(types[i + 5]);
      std::string_view name = name_at < names.size() ? names.substr(name_at) : std::string_view();
      name = name.substr(0, name.find('\0'));
      if (name.size() > 32 || !is_abbreviation(name)) failed_ = true;
      zone.types_.push_back({static_cast<std::int32_t>(type.integer(4)), types[i + 4] != 0,
                             std::string(name)});
    }
    for (std::size_t i = 0; i < type_indexes.size(); ++i) {
      const auto type = static_cast<std::uint8_t>(type_indexes[i]);
      if (type >= h.types || (i > 0 && times[i] <= times[i - 1])) failed_ = true;
      if (!failed_) zone.transitions_.push_back({times[i], type});
    }
  }

  void footer(Zone& zone) {
    if (take(1) != "\n") failed_ = true;
    const std::size_t end = bytes_.find('\n');
    if (failed_ || end == std::string_view::npos) {
      failed_ = true;
      return;
    }
    const std::string_view rule = take(end);
    if (rule.empty()) return;
    zone.rule_ = PosixRule::parse(rule);
    if (!zone.rule_) failed_ = true;
  }

  std::string_view bytes_;
  bool failed_ = false;
};

std::optional<Zone> Zone::parse(std::string_view bytes) { return TzifReader(bytes).read(); }

Zone Zone::utc() {
  Zone zone;
  zone.types_.push_back({0, false, "UTC"});
  return zone;
}

ZoneOffset Zone::at(std::int64_t unix_s) const {
  const auto after = std::upper_bound(transitions_.begin(), transitions_.end(), unix_s,
                                      [](std::int64_t time, const Transition& t) { return time < t.unix_s; });
  if (after == transitions_.end() && rule_) return rule_->at(unix_s);
  if (after == transitions_.begin()) return types_[0];
  return types_[(after - 1)->type];
}

}  // namespace chela::tools::time
