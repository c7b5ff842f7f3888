#include "kernel/core/store/database_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace chela::store {

namespace {

namespace fs = std::filesystem;

// The file format: https://www.sqlite.org/fileformat.html#the_database_header
constexpr std::size_t kHeaderBytes = 100;
constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::size_t kApplicationIdOffset = 68;
constexpr std::size_t kRewriteBytes = 256 * 1024;
constexpr std::string_view kApplicationId = "CHLA";  // 0x43484c41

fs::path with_suffix(const fs::path& file, std::string_view suffix) {
  return fs::path(file).concat(suffix);
}

struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

// The same bytes at the same places: a power cut in between changes nothing.
Result<void> rewrite(const fs::path& file) {
  std::string what = "renewing " + file.string();
  Descriptor opened{::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
  if (opened.number < 0) return fail_errno(what, errno);
  std::vector<char> bytes(kRewriteBytes);
  for (off_t offset = 0;;) {
    ssize_t size = pread(opened.number, bytes.data(), bytes.size(), offset);
    if (size == 0) break;
    if (size > 0) size = pwrite(opened.number, bytes.data(), static_cast<std::size_t>(size), offset);
    if (size < 0 && errno != EINTR) return fail_errno(what, errno);
    if (size > 0) offset += size;
  }
  if (fdatasync(opened.number) != 0) return fail_errno(what, errno);
  return {};
}

void remove_leftovers(const fs::path& fresh) {
  std::error_code ignored;
  for (auto suffix : {"", "-wal", "-shm", "-journal"}) fs::remove(with_suffix(fresh, suffix), ignored);
}

// Under another name first: a crash while it is made leaves no half database.
Result<void> create(const fs::path& file) {
  fs::path fresh = with_suffix(file, ".new");
  remove_leftovers(fresh);
  {
    Descriptor created{::open(fresh.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (created.number < 0) return fail_errno("creating " + fresh.string(), errno);
  }
  {
    CHELA_TRY(auto connection, Connection::open(fresh, {}));
    CHELA_CHECK(connection->run_script("marking the database", "PRAGMA application_id=0x43484c41"));
    // Asked for here because closing does not say when it fails, and the mark would be left behind in the WAL.
    CHELA_TRY(bool whole, connection->checkpoint(Checkpoint::passive));
    if (!whole) return fail(ErrorCode::unavailable, "creating {}: another process uses it", fresh.string());
  }
  // link() and not rename(): it refuses to replace what another process has made meanwhile.
  if (::link(fresh.c_str(), file.c_str()) != 0 && errno != EEXIST)
    return fail_errno("creating " + file.string(), errno);
  remove_leftovers(fresh);
  return sync_directory_of(file);
}

std::unexpected<Error> fail_damaged(const fs::path& file, std::string_view what) {
  return fail(ErrorCode::corrupt, "opening {}: {}; {}", file.string(), what, advice_for_damage(file));
}

Result<void> check_header(const fs::path& file, int descriptor) {
  std::array<char, kHeaderBytes> header{};
  ssize_t size = pread(descriptor, header.data(), header.size(), 0);
  if (size < 0) return fail_errno("reading " + file.string(), errno);
  if (size == 0) return fail_damaged(file, "the file is empty, its content is lost");
  std::string_view bytes(header.data(), static_cast<std::size_t>(size));
  if (!bytes.starts_with(kMagic) || bytes.size() < kHeaderBytes) {
    return fail_damaged(file, "its beginning is not that of a database");
  }
  if (bytes.substr(kApplicationIdOffset, kApplicationId.size()) != kApplicationId) {
    return fail_damaged(file, "it is a database of another program, or its header is damaged");
  }
  return {};
}

}  // namespace

Result<void> prepare_database_file(const fs::path& file) {
  Descriptor opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (opened.number < 0) {
    if (errno != ENOENT) return fail_errno("opening " + file.string(), errno);
    std::error_code ignored;
    auto wal_bytes = fs::file_size(with_suffix(file, "-wal"), ignored);
    if (!ignored && wal_bytes > 0) return fail_damaged(file, "the database is gone and only its WAL is left");
    return create(file);
  }
  struct stat status{};
  if (fstat(opened.number, &status) != 0) return fail_errno("opening " + file.string(), errno);
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::invalid_argument, "opening {}: not a file", file.string());
  return check_header(file, opened.number);
}

Result<void> sync_directory_of(const fs::path& file) {
  fs::path directory = file.has_parent_path() ? file.parent_path() : ".";
  Descriptor opened{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (opened.number < 0 || fsync(opened.number) != 0) {
    return fail_errno("syncing the directory of the database", errno);  // clients are told, so it names no path
  }
  return {};
}

Result<void> renew_wal(Connection& connection, const fs::path& file) {
  auto wal = with_suffix(file, "-wal");
  std::error_code ignored;
  if (fs::file_size(wal, ignored) == 0 || ignored) return {};
  CHELA_CHECK(connection.run("keeping writers away", "BEGIN IMMEDIATE"));
  auto renewed = rewrite(wal);
  CHELA_CHECK(connection.run("letting writers in again", "COMMIT"));
  return renewed;
}

std::string advice_for_damage(const fs::path& file) {
  return fmt::format(
      "nothing was changed. Restore a backup, or move {0}, {0}-wal and {0}-shm to another place to begin anew "
      "(keep them: `sqlite3 FILE .recover` may save what they hold)",
      file.string());
}

}  // namespace chela::store
