#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <memory>

#include "kernel/core/packages/engine/archive.hpp"

namespace chela::packages {
namespace {

constexpr std::uint64_t kBytesMax = std::numeric_limits<std::uint32_t>::max();  // without ZIP64
constexpr std::size_t kEntriesMax = 65'535;
constexpr std::size_t kGzipHead = 10;  // without a name
constexpr std::size_t kGzipTail = 8;   // checksum and size
constexpr std::uint16_t kVersion = 20;
constexpr std::uint16_t kUtf8Names = 1U << 11;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;
constexpr std::uint16_t kDate = 1U << 5 | 1U;  // 1980-01-01, the first day that a ZIP knows

struct Free {
  void operator()(archive* opened) const { archive_free(opened); }
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

la_ssize_t append(archive*, void* out, const void* bytes, std::size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

// What gzip makes of it is what a ZIP holds, between a head and a tail with the very checksum.
Result<std::string> gzipped(std::string_view bytes) {
  std::string out;
  std::unique_ptr<archive, Free> made(archive_write_new());
  std::unique_ptr<archive_entry, Free> entry(archive_entry_new());
  if (!made || !entry) return fail(ErrorCode::exhausted, "writing the archive: no memory");
  archive_write_add_filter_gzip(made.get());
  archive_write_set_filter_option(made.get(), "gzip", "timestamp", nullptr);
  archive_write_set_filter_option(made.get(), "gzip", "compression-level", "6");
  archive_write_set_format_raw(made.get());
  archive_write_set_bytes_in_last_block(made.get(), 1);  // no padding
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  auto size = static_cast<la_ssize_t>(bytes.size());
  if (archive_write_open(made.get(), &out, nullptr, append, nullptr) != ARCHIVE_OK ||
      archive_write_header(made.get(), entry.get()) != ARCHIVE_OK ||
      archive_write_data(made.get(), bytes.data(), bytes.size()) != size ||
      archive_write_close(made.get()) != ARCHIVE_OK || out.size() < kGzipHead + kGzipTail || out[3] != 0) {
    return fail(ErrorCode::internal, "writing the archive: a file could not be compressed");
  }
  return out;
}

template <class Number>
void put(std::string& out, Number value) {
  for (std::size_t i = 0; i < sizeof(Number); ++i) out += static_cast<char>(value >> 8 * i & 0xFF);
}

struct Packed {
  std::string data;
  std::string checksum;  // as it stands in both formats
  std::uint16_t method = kDeflated;
};

Result<Packed> pack(std::string_view bytes) {
  CHELA_TRY(auto whole, gzipped(bytes));
  Packed out{.data = whole.substr(kGzipHead, whole.size() - kGzipHead - kGzipTail),
             .checksum = whole.substr(whole.size() - kGzipTail, 4)};
  if (out.data.size() >= bytes.size()) {
    out.data = bytes;
    out.method = kStored;
  }
  return out;
}

// What the head of a file and its line in the directory have in common.
void put_facts(std::string& out, const PackedFile& file, const Packed& packed) {
  bool ascii = std::ranges::all_of(file.name, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  put(out, kVersion);
  put(out, ascii ? std::uint16_t{0} : kUtf8Names);
  put(out, packed.method);
  put(out, std::uint16_t{0});  // midnight
  put(out, kDate);
  out += packed.checksum;
  put(out, static_cast<std::uint32_t>(packed.data.size()));
  put(out, static_cast<std::uint32_t>(file.bytes.size()));
  put(out, static_cast<std::uint16_t>(file.name.size()));
  put(out, std::uint16_t{0});  // nothing more
}

Result<void> write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(ErrorCode::unavailable, "writing the archive failed (errno {})", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Result<void> write_zip(int descriptor, std::span<const PackedFile> files) {
  if (files.size() > kEntriesMax) return fail(ErrorCode::too_large, "a zip holds at most {} files", kEntriesMax);
  std::string out, directory;
  for (const auto& file : files) {
    if (file.name.size() > std::numeric_limits<std::uint16_t>::max() || out.size() + file.bytes.size() > kBytesMax / 2)
      return fail(ErrorCode::too_large, "a zip without ZIP64 holds at most 2 GB");
    CHELA_TRY(auto packed, pack(file.bytes));
    directory += "PK\x01\x02";
    put(directory, kVersion);
    put_facts(directory, file, packed);
    directory.append(2 + 2 + 2 + 4, '\0');  // no comment, first disk, no attributes
    put(directory, static_cast<std::uint32_t>(out.size()));
    directory += file.name;
    out += "PK\x03\x04";
    put_facts(out, file, packed);
    out += file.name + packed.data;
  }
  auto begin = static_cast<std::uint32_t>(out.size());
  auto count = static_cast<std::uint16_t>(files.size());
  out += directory;
  out += "PK\x05\x06";
  out.append(4, '\0');
  put(out, count);
  put(out, count);
  put(out, static_cast<std::uint32_t>(directory.size()));
  put(out, begin);
  out.append(2, '\0');
  return write_all(descriptor, out);
}

}  // namespace chela::packages
