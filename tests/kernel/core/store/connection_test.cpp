#include "kernel/core/store/connection.hpp"

#include <cmath>
#include <limits>

#include "kernel/core/store/database_file.hpp"
#include "tests/kernel/core/store/store_fixture.hpp"

namespace chela::store {
namespace {

class ConnectionTest : public StoreTest {
 protected:
  ConnectionTest() {
    EXPECT_TRUE(prepare_database_file(options().path));
    connection = open_connection();
  }

  Result<std::string> text_of(std::string_view sql) {
    CHELA_TRY(auto statement, connection->prepare("asking", sql));
    CHELA_TRY(bool row, statement.step());
    return row ? std::string(statement.text(0)) : "(no row)";
  }

  std::unique_ptr<Connection> connection;
};

TEST_F(ConnectionTest, SettingsAreOurs) {
  const std::pair<const char*, const char*> expected[] = {
      {"PRAGMA journal_mode", "wal"},     {"PRAGMA synchronous", "2"},     {"PRAGMA foreign_keys", "1"},
      {"PRAGMA wal_autocheckpoint", "0"}, {"PRAGMA trusted_schema", "0"},  {"PRAGMA mmap_size", "0"},
      {"PRAGMA temp_store", "2"},         {"PRAGMA busy_timeout", "5000"}, {"PRAGMA application_id", "1128811585"},
      {"PRAGMA cell_size_check", "1"},    {"PRAGMA cache_size", "-512"},
  };
  for (auto [sql, value] : expected) EXPECT_EQ(text_of(sql).value_or("?"), value) << sql;
}

TEST_F(ConnectionTest, RefusesWhatAPluginOfSqliteOrAnAttackOnTheSchemaNeeds) {
  EXPECT_FALSE(text_of("SELECT load_extension('x')"));
  EXPECT_FALSE(connection->run("attaching", "ATTACH ':memory:' AS other"));
  EXPECT_FALSE(connection->run("quoting", "SELECT \"not a column\""));
  ASSERT_TRUE(connection->run("creating", "CREATE TABLE t(a)"));
  ASSERT_TRUE(connection->run("asking for it", "PRAGMA writable_schema=ON"));
  EXPECT_FALSE(connection->run("breaking the schema", "UPDATE sqlite_schema SET sql='x'"));
}

TEST_F(ConnectionTest, ValuesComeBackAsTheyWere) {
  ASSERT_TRUE(connection->run("creating", "CREATE TABLE t(i INTEGER, r REAL, s TEXT, b BLOB, n, m)"));
  const std::byte bytes[] = {std::byte{0}, std::byte{255}, std::byte{7}};
  std::string text("zero \0 and \xc3\xa9", 13);
  ASSERT_TRUE(connection->run("saving", "INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                              std::numeric_limits<std::int64_t>::min(), 0.1, text, Blob(bytes), nullptr,
                              std::optional<std::int64_t>()));
  auto select = connection->prepare("loading", "SELECT i, r, s, b, n, m, typeof(i), typeof(b) FROM t");
  ASSERT_TRUE(select);
  ASSERT_TRUE(select->step().value_or(false));
  EXPECT_EQ(select->integer(0), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(select->real(1), 0.1);
  EXPECT_EQ(select->text(2), text);
  EXPECT_TRUE(std::ranges::equal(select->blob(3), bytes));
  EXPECT_TRUE(select->is_null(4));
  EXPECT_TRUE(select->is_null(5));
  EXPECT_EQ(select->text(6), "integer");
  EXPECT_EQ(select->text(7), "blob");
  EXPECT_FALSE(select->step().value_or(true));
}

TEST_F(ConnectionTest, EmptyIsNotNull) {
  ASSERT_TRUE(connection->run("creating", "CREATE TABLE t(s, b)"));
  ASSERT_TRUE(connection->run("saving", "INSERT INTO t VALUES (?1, ?2)", std::string_view(), Blob()));
  EXPECT_EQ(text_of("SELECT typeof(s) || ' ' || typeof(b) FROM t").value_or("?"), "text blob");
}

TEST_F(ConnectionTest, TheSameStatementMayBeUsedTwiceAtOnce) {
  auto outer = connection->prepare("counting", "SELECT value FROM (VALUES (1), (2)) AS t(value)");
  EXPECT_FALSE(outer) << "a syntax SQLite does not know";
  auto first = connection->prepare("counting", "SELECT 1 UNION ALL SELECT 2");
  ASSERT_TRUE(first && first->step());
  auto second = connection->prepare("counting", "SELECT 1 UNION ALL SELECT 2");
  ASSERT_TRUE(second && second->step());
  EXPECT_TRUE(first->step().value_or(false));
  EXPECT_EQ(first->integer(0), 2);
  EXPECT_EQ(second->integer(0), 1);
}

TEST_F(ConnectionTest, ABorrowedStatementForgetsItsParameters) {
  auto ask = [&](bool bind) {
    auto statement = connection->prepare("asking", "SELECT ?1 IS NULL");
    if (bind) statement->bind(1, 5);
    EXPECT_TRUE(statement->step());
    return statement->integer(0);
  };
  EXPECT_EQ(ask(true), 0);
  EXPECT_EQ(ask(false), 1);
}

TEST_F(ConnectionTest, ManyDifferentStatementsDoNotPileUp) {
  for (int i = 0; i < 500; ++i) EXPECT_EQ(text_of(fmt::format("SELECT {}", i)).value_or("?"), std::to_string(i));
}

TEST_F(ConnectionTest, ErrorsSayWhatForAndKeepValuesToThemselves) {
  ASSERT_TRUE(connection->run_script("creating",
                                     "CREATE TABLE t(a TEXT UNIQUE, b TEXT NOT NULL, c INTEGER CHECK (c > 0)) STRICT;"
                                     "CREATE TABLE child(a TEXT REFERENCES t(a));"));
  ASSERT_TRUE(connection->run("saving", "INSERT INTO t VALUES ('secret', 'x', 1)"));
  struct Case {
    const char* sql;
    ErrorCode code;
  };
  const Case cases[] = {
      {"INSERT INTO t VALUES (?1, 'x', 1)", ErrorCode::already_exists},
      {"INSERT INTO t VALUES (?1, NULL, 1)", ErrorCode::invalid_argument},
      {"INSERT INTO t VALUES (?1 || '2', 'x', -1)", ErrorCode::invalid_argument},
      {"INSERT INTO t VALUES (?1 || '3', 'x', ?1)", ErrorCode::invalid_argument},
      {"INSERT INTO child VALUES (?1 || '4')", ErrorCode::invalid_argument},
      {"INSERT INTO absent VALUES (?1)", ErrorCode::internal},
      {"SELEKT ?1", ErrorCode::internal},
      {"SELECT zeroblob(100000000), ?1", ErrorCode::too_large},
  };
  for (const auto& [sql, code] : cases) {
    auto result = connection->run("keeping the secret", sql, "secret");
    ASSERT_FALSE(result) << sql;
    EXPECT_EQ(name_of(result.error().code), name_of(code)) << sql << ": " << result.error().message;
    EXPECT_TRUE(result.error().message.starts_with("keeping the secret: ")) << result.error().message;
    EXPECT_EQ(result.error().message.find("secret", 19), std::string::npos) << result.error().message;
  }
}

TEST_F(ConnectionTest, EndlessSqlRunsIntoItsLimit) {
  connection->limit_time(std::chrono::milliseconds(10));
  auto endless =
      connection->run("counting", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) FROM n");
  ASSERT_FALSE(endless);
  EXPECT_EQ(endless.error().code, ErrorCode::timed_out);
  connection->limit_time(Duration::zero());
  EXPECT_TRUE(connection->run("counting", "SELECT 1"));
}

TEST_F(ConnectionTest, AnotherProcessThatHoldsTheLockIsNamedAsTheReason) {
  auto other = open_connection();
  ASSERT_TRUE(other->run("holding the lock", "BEGIN IMMEDIATE"));
  auto impatient = Connection::open(options().path, {.busy_time_max = std::chrono::milliseconds(1)});
  ASSERT_TRUE(impatient);
  auto begun = (*impatient)->run("starting", "BEGIN IMMEDIATE");
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, ErrorCode::unavailable);
  EXPECT_THAT(begun.error().message, ::testing::HasSubstr("another process"));
}

TEST_F(ConnectionTest, ReadOnlyConnectionsDoNotWrite) {
  auto reader = Connection::open(options().path, {.access = Access::read_only});
  ASSERT_TRUE(reader) << message_of(reader);
  auto written = (*reader)->run("writing", "CREATE TABLE t(a)");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::denied);
}

}  // namespace
}  // namespace chela::store
