#include "kernel/core/packages/engine/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <memory>

namespace chela::packages {
namespace {

constexpr std::size_t kBlockSize = 64 * 1024;
constexpr std::int64_t kMadeAt = 499'162'500;  // 1985-10-26, as npm does: a time of zero troubles some readers

// libarchive turns names into those of the thread's locale, and loses bytes where that is not UTF-8.
class Utf8Locale {
 public:
  Utf8Locale() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), before_(uselocale(locale_)) {}
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() {
    uselocale(before_);
    if (locale_) freelocale(locale_);
  }

 private:
  locale_t locale_;
  locale_t before_;
};

struct Free {
  void operator()(archive* opened) const { archive_free(opened); }
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using Archive = std::unique_ptr<archive, Free>;

std::unexpected<Error> broken(archive* opened) {
  const char* text = archive_error_string(opened);
  return fail(ErrorCode::corrupt, "the archive cannot be read: {}", text ? text : "it is damaged");
}

EntryKind kind_of(archive_entry* entry) {
  if (archive_entry_hardlink(entry) || archive_entry_hardlink_utf8(entry)) return EntryKind::link;
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
      return EntryKind::file;
    case AE_IFDIR:
      return EntryKind::directory;
    case AE_IFLNK:
      return EntryKind::link;
    default:
      return EntryKind::other;
  }
}

Result<void> read_data(archive* opened, ArchiveSink& sink) {
  for (;;) {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    int status = archive_read_data_block(opened, &block, &size, &offset);
    if (status == ARCHIVE_EOF) return {};
    if (status != ARCHIVE_OK) return broken(opened);
    CHELA_CHECK(sink.on_data(static_cast<std::uint64_t>(offset), {static_cast<const char*>(block), size}));
  }
}

}  // namespace

Result<void> read_archive(int descriptor, ArchiveSink& sink) {
  Utf8Locale utf8;
  Archive opened(archive_read_new());
  if (!opened) return fail(ErrorCode::exhausted, "reading the archive: no memory");
  archive_read_support_filter_gzip(opened.get());
  archive_read_support_filter_bzip2(opened.get());
  archive_read_support_filter_zstd(opened.get());
  archive_read_support_format_tar(opened.get());
  archive_read_support_format_zip_seekable(opened.get());
  if (archive_read_open_fd(opened.get(), descriptor, kBlockSize) != ARCHIVE_OK) return broken(opened.get());
  for (;;) {
    archive_entry* entry = nullptr;
    int status = archive_read_next_header(opened.get(), &entry);
    if (status == ARCHIVE_EOF) break;
    if (status != ARCHIVE_OK) return broken(opened.get());  // a warning, too: what is half understood is not unpacked
    const char* name = archive_entry_pathname(entry);
    if (!name) return fail(ErrorCode::invalid_argument, "the archive holds an entry whose name is not UTF-8");
    if (archive_entry_is_encrypted(entry))
      return fail(ErrorCode::unsupported, "{}: it is encrypted; pack it without a password", name);
    ArchiveEntry told{name, kind_of(entry), static_cast<std::uint32_t>(archive_entry_perm(entry))};
    CHELA_CHECK(sink.on_entry(told));
    if (told.kind == EntryKind::file) CHELA_CHECK(read_data(opened.get(), sink));
  }
  if (archive_read_close(opened.get()) != ARCHIVE_OK) return broken(opened.get());
  return {};
}

Result<void> write_tarball(int descriptor, std::span<const PackedFile> files) {
  Utf8Locale utf8;
  Archive made(archive_write_new());
  if (!made) return fail(ErrorCode::exhausted, "writing the archive: no memory");
  archive_write_add_filter_gzip(made.get());
  archive_write_set_filter_option(made.get(), "gzip", "timestamp", nullptr);
  archive_write_set_format_pax_restricted(made.get());
  auto check = [&](int status) -> Result<void> {
    if (status == ARCHIVE_OK) return {};
    const char* text = archive_error_string(made.get());
    return fail(ErrorCode::unavailable, "writing the archive: {}", text ? text : "it failed");
  };
  CHELA_CHECK(check(archive_write_open_fd(made.get(), descriptor)));
  for (const auto& file : files) {
    std::unique_ptr<archive_entry, Free> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), file.name.c_str());
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), file.executable ? 0755 : 0644);
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(file.bytes.size()));
    archive_entry_set_mtime(entry.get(), kMadeAt, 0);
    CHELA_CHECK(check(archive_write_header(made.get(), entry.get())));
    if (archive_write_data(made.get(), file.bytes.data(), file.bytes.size()) !=
        static_cast<la_ssize_t>(file.bytes.size()))
      return check(ARCHIVE_FATAL);
  }
  return check(archive_write_close(made.get()));
}

}  // namespace chela::packages
