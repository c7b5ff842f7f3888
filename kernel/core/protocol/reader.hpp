#pragma once

// What the generated readers are made of. Reads text that a peer has checked: what is not looked into is handed on as it is.
// The first defect stops everything; it is told with its place: "tool.call params.key: missing". One thread at a time.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/core/base/error.hpp"
#include "kernel/core/rpc/json_slices.hpp"

namespace chela::protocol {

class Reader {
 public:
  static constexpr std::uint64_t kNoMaximum = (std::uint64_t{1} << 53) - 1;

  // The members of an object, the last of each name.
  class Object {
   public:
    Object(Reader& reader, std::string_view json);
    template <class Read>
    void required(std::string_view key, Read read) {
      member(key, read, true);
    }
    template <class Read>
    void optional(std::string_view key, Read read) {
      member(key, read, false);
    }

   private:
    template <class Read>
    void member(std::string_view key, Read& read, bool needed) {
      if (!reader_.ok()) return;
      auto length = reader_.path_.size();
      reader_.path_.append(".").append(key);
      if (const auto* value = find(key)) {
        read(*value);
      } else if (needed) {
        reader_.defect("missing");
      }
      reader_.path_.resize(length);
    }
    const std::string_view* find(std::string_view key) const;

    Reader& reader_;
    std::vector<rpc::JsonMember> members_;
  };

  // `what` names the value: "tool.call params".
  Reader(std::string_view what, std::string_view json);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  std::string_view json() const { return std::string_view(padded_).substr(0, size_); }
  bool ok() const { return error_.empty(); }
  Error error() const { return {ErrorCode::invalid_argument, error_}; }
  void defect(std::string_view what);

  void string(std::string_view json, std::string& out, std::uint64_t length_max = kNoMaximum);
  void integer(std::string_view json, std::uint64_t& out, std::uint64_t minimum = 0, std::uint64_t maximum = kNoMaximum);
  void number(std::string_view json, double& out);
  void boolean(std::string_view json, bool& out);
  void raw(std::string_view json, std::string& out) { out = json; }
  void raw_object(std::string_view json, std::string& out);
  template <class Enum>
  void one_of(std::string_view json, std::span<const std::string_view> names, Enum& out) {
    out = static_cast<Enum>(index_of(json, names));
  }
  template <class T, class Read>
  void array(std::string_view json, std::vector<T>& out, std::uint64_t count_max, Read read) {
    auto items = items_of(json, count_max);
    out.resize(items.size());
    for (std::size_t i = 0; i < items.size() && ok(); ++i) {
      auto length = path_.size();
      path_.append("[").append(std::to_string(i)).append("]");
      read(items[i], out[i]);
      path_.resize(length);
    }
  }

 private:
  std::size_t index_of(std::string_view json, std::span<const std::string_view> names);
  std::vector<std::string_view> items_of(std::string_view json, std::uint64_t count_max);

  rpc::JsonSlices slices_;
  std::string path_;
  std::string padded_;
  std::size_t size_;
  std::string error_;
};

template <class T>
Result<T> read_whole(std::string_view what, std::string_view json, void (*read)(Reader&, std::string_view, T&)) {
  T value;
  Reader reader(what, json);
  if (reader.ok()) read(reader, reader.json(), value);
  if (!reader.ok()) return std::unexpected(reader.error());
  return value;
}

}  // namespace chela::protocol
