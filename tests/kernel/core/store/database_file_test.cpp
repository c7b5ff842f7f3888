// Damaged files: refused with what to do, never replaced by an empty one, never a crash.

#include "kernel/core/store/database_file.hpp"

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <random>

#include "tests/kernel/core/store/store_fixture.hpp"

namespace chela::store {
namespace {

using Rows = std::vector<std::int64_t>;

class DatabaseFileTest : public StoreTest {
 protected:
  std::filesystem::path file = options().path;

  // A sound database with 200 rows, as bytes.
  std::string make_sound() {
    {
      auto database = open_database();
      auto written = run_on(loop, database->write<void>([](Connection& connection) -> Result<void> {
        for (int n = 0; n < 200; ++n) CHELA_CHECK(insert_row(connection, n, std::string(200, 'x')));
        return {};
      }));
      EXPECT_TRUE(written) << message_of(written);
    }
    return bytes_of(file);
  }

  static std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  void put(const std::filesystem::path& path, std::string_view bytes) const {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  void remove_companions() const {
    for (auto suffix : {"-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
  }

  // "refused", "damage found", or "sound" with the rows it had.
  std::string outcome() {
    auto database = Database::open(loop, options(), kRowsSchema);
    if (!database) return database.error().code == ErrorCode::corrupt ? "refused" : message_of(database);
    auto damage = (*database)->read_now<std::vector<std::string>>(find_damage);
    if (!damage) return damage.error().code == ErrorCode::corrupt ? "damage found" : message_of(damage);
    auto rows = (*database)->read_now<Rows>(list_rows);
    if (!damage->empty() || !rows) return "damage found";
    return rows->size() == 200 ? "sound" : fmt::format("silently {} rows", rows->size());
  }
};

TEST_F(DatabaseFileTest, OnlyItsOwnerCanReadIt) {
  auto database = open_database();
  ASSERT_TRUE(run_on(loop, database->write<void>([](Connection& c) { return insert_row(c, 1); })));
  for (auto suffix : {"", "-wal", "-shm"}) {
    struct stat status{};
    ASSERT_EQ(stat((file.string() + suffix).c_str(), &status), 0) << suffix;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << suffix;
  }
}

// That the renewed bytes outlive a power cut is shown in tests/durability.
TEST_F(DatabaseFileTest, AWalLeftBehindIsWrittenAgainAsItIs) {
  auto database = open_database();
  ASSERT_TRUE(run_on(loop, database->write<void>([](Connection& c) { return insert_row(c, 1); })));
  auto wal = file.string() + "-wal";
  auto left_behind = bytes_of(wal);
  const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::filesystem::last_write_time(wal, long_ago);

  auto connection = Connection::open(file, {.busy_time_max = std::chrono::milliseconds(1)});
  ASSERT_TRUE(connection) << message_of(connection);
  EXPECT_TRUE(renew_wal(**connection, file));
  EXPECT_GT(std::filesystem::last_write_time(wal), long_ago);
  EXPECT_EQ(bytes_of(wal), left_behind);

  auto writer = open_connection();
  ASSERT_TRUE(writer->run("writing meanwhile", "BEGIN IMMEDIATE"));
  auto refused = renew_wal(**connection, file);
  ASSERT_FALSE(refused) << "what the other process writes in between would be undone";
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
}

TEST_F(DatabaseFileTest, WithoutAWalThereIsNothingToRenew) {
  make_sound();
  auto connection = open_connection();
  EXPECT_TRUE(renew_wal(*connection, file));
}

TEST_F(DatabaseFileTest, DamageIsRefusedAndLeftAsItIs) {
  auto sound = make_sound();
  struct Case {
    const char* name;
    std::string bytes;
    const char* says;
  };
  auto other_program = sound;
  other_program.replace(68, 4, "\0\0\0\1", 4);
  const Case cases[] = {
      {"empty", "", "the file is empty"},
      {"text", "hello", "its beginning is not that of a database"},
      {"zeroed header", std::string(100, '\0') + sound.substr(100), "its beginning is not that of a database"},
      {"another program's", other_program, "another program"},
      {"cut in the header", sound.substr(0, 60), "its beginning is not that of a database"},
      {"cut in the first page", sound.substr(0, 2000), "SQLite"},
      {"zeroed first page", sound.substr(0, 100) + std::string(3996, '\0') + sound.substr(4096), "SQLite"},
  };
  for (const auto& [name, bytes, says] : cases) {
    remove_companions();
    put(file, bytes);
    auto refused = Database::open(loop, options(), kRowsSchema);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, ErrorCode::corrupt) << name << ": " << refused.error().message;
    EXPECT_THAT(refused.error().message, ::testing::HasSubstr(says)) << name;
    EXPECT_THAT(refused.error().message, ::testing::HasSubstr("Restore a backup, or move")) << name;
    EXPECT_THAT(refused.error().message, ::testing::HasSubstr(file.string())) << name;
    EXPECT_EQ(bytes_of(file), bytes) << name;
  }
}

TEST_F(DatabaseFileTest, AWalWithoutItsDatabaseIsDamage) {
  make_sound();
  std::filesystem::remove(file);
  put(file.string() + "-wal", "something");
  auto refused = Database::open(loop, options(), kRowsSchema);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::corrupt);
  EXPECT_TRUE(std::filesystem::exists(file.string() + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(DatabaseFileTest, LeftoversOfAnInterruptedFirstStartAreReplaced) {
  put(file.string() + ".new", "half");
  EXPECT_TRUE(open_database());
  EXPECT_FALSE(std::filesystem::exists(file.string() + ".new"));
}

TEST_F(DatabaseFileTest, ForeignWalsAndMissingIndexesDoNoHarm) {
  auto sound = make_sound();
  put(file.string() + "-wal", std::string(5000, 'w'));
  EXPECT_EQ(outcome(), "sound");
  put(file.string() + "-shm", std::string(32768, 's'));
  EXPECT_EQ(outcome(), "sound");
}

TEST_F(DatabaseFileTest, CutAnywhereItIsNoticed) {
  auto sound = make_sound();
  for (std::size_t size = 0; size < sound.size(); size += 1111) {
    remove_companions();
    put(file, std::string_view(sound).substr(0, size));
    EXPECT_THAT(outcome(), ::testing::AnyOf("refused", "damage found")) << size;
  }
}

TEST_F(DatabaseFileTest, FlippedBitsNeverCrashItAndNeverEmptyIt) {
  auto sound = make_sound();
  std::mt19937 random(7);
  for (int round = 0; round < 500; ++round) {
    auto bytes = sound;
    for (int flips = 1 + static_cast<int>(random() % 8); flips > 0; --flips) {
      bytes[random() % bytes.size()] ^= static_cast<char>(1 << (random() % 8));
    }
    remove_companions();
    put(file, bytes);
    auto result = outcome();
    EXPECT_FALSE(result.starts_with("silently")) << "round " << round << ": " << result;
  }
}

TEST_F(DatabaseFileTest, WhatIsNoFileIsNotOpened) {
  std::filesystem::create_directory(file);
  auto refused = Database::open(loop, options(), kRowsSchema);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  auto nowhere =
      Database::open(loop, {.path = directory / "absent" / "x.db", .writer = {}, .readers = {}}, kRowsSchema);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace chela::store
