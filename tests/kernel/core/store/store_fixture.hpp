#pragma once

// What the tests of the store share: a directory, a loop, a small schema.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel/core/loop/loop.hpp"
#include "kernel/core/store/database.hpp"
#include "tests/temporary_directory.hpp"

namespace chela::store {

inline constexpr Migration kRowsSchema[] = {
    {"rows", 1, "CREATE TABLE rows(id INTEGER PRIMARY KEY, n INTEGER NOT NULL UNIQUE, body TEXT) STRICT"}};

inline Result<void> insert_row(Connection& connection, std::int64_t n, std::string_view body = "") {
  return connection.run("saving a row", "INSERT INTO rows(n, body) VALUES (?1, ?2)", n, body);
}

// The numbers of the rows in the order of their ids.
inline Result<std::vector<std::int64_t>> list_rows(Connection& connection) {
  CHELA_TRY(auto select, connection.prepare("listing the rows", "SELECT n FROM rows ORDER BY id"));
  std::vector<std::int64_t> rows;
  for (;;) {
    CHELA_TRY(bool row, select.step());
    if (!row) return rows;
    rows.push_back(select.integer(0));
  }
}

// Runs `task` on the loop until it ends.
template <class T>
Result<T> run_on(Loop& loop, Task<Result<T>> task) {
  std::optional<Result<T>> result;
  constexpr auto keep = [](Loop& runner, Task<Result<T>> awaited, std::optional<Result<T>>& out) -> Task<Result<void>> {
    auto value = co_await std::move(awaited);
    out.emplace(std::move(value));
    runner.stop();
    co_return Result<void>{};
  };
  loop.spawn("test", keep(loop, std::move(task), result));
  while (!result) loop.run();
  return std::move(*result);
}

template <class T>
std::string message_of(const Result<T>& result) {
  return result ? "" : result.error().message;
}

class StoreTest : public ::testing::Test {
 protected:
  ~StoreTest() override { loop.drain(std::chrono::seconds(5)); }

  DatabaseOptions options() const { return {.path = directory.path() / "test.db", .writer = {}, .readers = {}}; }

  std::unique_ptr<Database> open_database(DatabaseOptions with) {
    auto database = Database::open(loop, std::move(with), kRowsSchema);
    EXPECT_TRUE(database) << message_of(database);
    return database ? std::move(*database) : nullptr;
  }
  std::unique_ptr<Database> open_database() { return open_database(options()); }

  std::unique_ptr<Connection> open_connection() {
    auto connection = Connection::open(options().path, {});
    EXPECT_TRUE(connection) << message_of(connection);
    return std::move(*connection);
  }

  TemporaryDirectory directory;
  Loop loop;
};

}  // namespace chela::store
