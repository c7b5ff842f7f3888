#include "kernel/core/store/migrations.hpp"

#include "kernel/core/store/database_file.hpp"
#include "tests/fake_clock.hpp"
#include "tests/kernel/core/store/store_fixture.hpp"

namespace chela::store {
namespace {

class MigrationsTest : public StoreTest {
 protected:
  MigrationsTest() { EXPECT_TRUE(prepare_database_file(options().path)); }

  Result<void> migrate(std::vector<Migration> steps) { return apply_migrations(*open_connection(), steps, clock); }

  std::vector<std::string> applied() {
    auto connection = open_connection();
    auto select = connection->prepare("listing", "SELECT module || version FROM chela_migrations ORDER BY 1");
    std::vector<std::string> names;
    while (select && select->step().value_or(false)) names.emplace_back(select->text(0));
    return names;
  }

  FakeClock clock;
};

const Migration kNotes1{"notes", 1, "CREATE TABLE notes(id INTEGER PRIMARY KEY)"};
const Migration kNotes2{"notes", 2, "ALTER TABLE notes ADD COLUMN text TEXT; CREATE INDEX notes_text ON notes(text)"};
const Migration kTags1{"tags", 1, "CREATE TABLE tags(name TEXT)"};

TEST_F(MigrationsTest, ModulesShareOneFileAndGoUpByThemselves) {
  ASSERT_TRUE(migrate({kNotes1}));
  EXPECT_EQ(applied(), (std::vector<std::string>{"notes1"}));
  ASSERT_TRUE(migrate({kNotes1, kTags1, kNotes2}));
  EXPECT_EQ(applied(), (std::vector<std::string>{"notes1", "notes2", "tags1"}));
  ASSERT_TRUE(migrate({kNotes1, kNotes2, kTags1}));
  EXPECT_TRUE(migrate({kTags1})) << "a module that is absent today is left alone";
}

TEST_F(MigrationsTest, NothingIsWrittenWhenNothingIsMissing) {
  ASSERT_TRUE(migrate({kNotes1}));
  auto connection = open_connection();
  ASSERT_TRUE(apply_migrations(*connection, std::vector{kNotes1}, clock));
  EXPECT_EQ(connection->wal_bytes(), 0u);
}

TEST_F(MigrationsTest, AFailingStepLeavesNothingOfItself) {
  ASSERT_TRUE(migrate({kNotes1}));
  auto failed = migrate({kNotes1, {"notes", 2, "CREATE TABLE half(a); SELEKT"}});
  ASSERT_FALSE(failed);
  EXPECT_TRUE(failed.error().message.starts_with("schema 2 of 'notes': ")) << failed.error().message;
  EXPECT_EQ(applied(), (std::vector<std::string>{"notes1"}));
  EXPECT_TRUE(open_connection()->run("using the name", "CREATE TABLE half(a)"));
}

TEST_F(MigrationsTest, ADatabaseOfANewerProgramIsRefusedUntouched) {
  ASSERT_TRUE(migrate({kNotes1, kNotes2}));
  auto refused = migrate({kTags1, kNotes1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
  EXPECT_THAT(refused.error().message,
              ::testing::HasSubstr("newer version of Chela ('notes' is at schema 2, this program knows 1)"));
  EXPECT_EQ(applied(), (std::vector<std::string>{"notes1", "notes2"}));
}

TEST_F(MigrationsTest, AStepThatChangedAfterItsReleaseIsADefect) {
  ASSERT_TRUE(migrate({kNotes1}));
  auto refused = migrate({{"notes", 1, "CREATE TABLE notes(id TEXT)"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::internal);
}

}  // namespace
}  // namespace chela::store
