#include "kernel/core/store/migrations.hpp"

#include <map>
#include <string>

#include "kernel/core/base/assert.hpp"
#include "kernel/core/base/hash.hpp"

namespace chela::store {

namespace {

constexpr std::string_view kCreateTable =
    "CREATE TABLE chela_migrations("
    "module TEXT NOT NULL, version INTEGER NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL, "
    "PRIMARY KEY(module, version)) WITHOUT ROWID";

using Applied = std::map<std::pair<std::string, int>, std::string>;  // (module, version) -> checksum

Result<Applied> load_applied(Connection& connection) {
  Applied applied;
  {
    CHELA_TRY(auto table, connection.prepare("looking for the list of migrations",
                                             "SELECT 1 FROM sqlite_schema WHERE name='chela_migrations'"));
    CHELA_TRY(bool exists, table.step());
    if (!exists) return applied;
  }
  CHELA_TRY(auto select, connection.prepare("reading the list of migrations",
                                            "SELECT module, version, checksum FROM chela_migrations"));
  for (;;) {
    CHELA_TRY(bool row, select.step());
    if (!row) return applied;
    applied.emplace(std::pair(std::string(select.text(0)), static_cast<int>(select.integer(1))), select.text(2));
  }
}

std::map<std::string_view, int> newest_versions(std::span<const Migration> migrations) {
  std::map<std::string_view, int> newest;
  for (const auto& step : migrations) {
    CHELA_ASSERT(step.version == newest[step.module] + 1, "the versions of a module are 1, 2, 3 … in order");
    newest[step.module] = step.version;
  }
  return newest;
}

Result<void> check_applied(const Applied& applied, std::span<const Migration> migrations) {
  auto newest = newest_versions(migrations);
  for (const auto& [key, checksum] : applied) {
    auto known = newest.find(key.first);
    if (known == newest.end() || key.second <= known->second) continue;
    return fail(ErrorCode::unsupported,
                "the database was written by a newer version of Chela ('{}' is at schema {}, this program knows {}); "
                "start the newer version, or restore the backup made before the upgrade",
                key.first, key.second, known->second);
  }
  for (const auto& step : migrations) {
    auto found = applied.find({std::string(step.module), step.version});
    if (found == applied.end() || found->second == sha256_hex(step.sql)) continue;
    return fail(ErrorCode::internal, "schema {} of '{}' has changed since it was applied to this database",
                step.version, step.module);
  }
  return {};
}

Result<void> apply_one(Connection& connection, const Migration& step, std::int64_t now_ms) {
  CHELA_CHECK(connection.run_script("changing the schema", step.sql));
  CHELA_ASSERT(connection.in_transaction(), "a migration does not end its transaction");
  return connection.run("noting the migration", "INSERT INTO chela_migrations VALUES (?1, ?2, ?3, ?4)", step.module,
                        step.version, sha256_hex(step.sql), now_ms);
}

Result<void> in_transaction(Connection& connection, std::move_only_function<Result<void>()> work) {
  CHELA_CHECK(connection.run("starting a migration", "BEGIN IMMEDIATE"));
  auto done = work();
  if (done) done = connection.run("committing a migration", "COMMIT");
  if (!done && connection.in_transaction()) (void)connection.run("undoing a migration", "ROLLBACK");
  return done;
}

}  // namespace

Result<void> apply_migrations(Connection& connection, std::span<const Migration> migrations, const Clock& clock) {
  CHELA_TRY(auto applied, load_applied(connection));
  CHELA_CHECK(check_applied(applied, migrations));
  bool table_exists = !applied.empty();
  for (const auto& step : migrations) {
    if (applied.contains({std::string(step.module), step.version})) continue;
    auto work = [&]() -> Result<void> {
      if (!table_exists) CHELA_CHECK(connection.run("creating the list of migrations", kCreateTable));
      return apply_one(connection, step, clock.unix_ms());
    };
    auto done = in_transaction(connection, work);
    if (!done) return fail(fmt::format("schema {} of '{}'", step.version, step.module), std::move(done.error()));
    table_exists = true;
  }
  return {};
}

}  // namespace chela::store
