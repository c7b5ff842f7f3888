#include "kernel/core/store/database.hpp"

#include "kernel/core/store/database_file.hpp"

namespace chela::store {

Result<std::unique_ptr<Database>> Database::open(Loop& loop, DatabaseOptions options,
                                                 std::span<const Migration> migrations) {
  CHELA_CHECK(prepare_database_file(options.path));
  auto connection = Connection::open(options.path, {});
  auto prepared = connection ? renew_wal(**connection, options.path) : std::unexpected(connection.error());
  if (prepared) prepared = apply_migrations(**connection, migrations, loop.clock());
  if (!prepared) {
    Error error = std::move(prepared.error());
    if (connection) error = std::move(error).with_context("opening " + options.path.string());
    if (error.code == ErrorCode::corrupt) error.message += "; " + advice_for_damage(options.path);
    return std::unexpected(std::move(error));
  }
  return std::unique_ptr<Database>(new Database(loop, std::move(options), std::move(*connection)));
}

Database::Database(Loop& loop, DatabaseOptions options, std::unique_ptr<Connection> connection)
    : loop_(loop),
      path_(options.path),
      readers_(loop, options.path, options.readers),
      writer_(loop, std::move(connection), options.writer) {}

Database::~Database() = default;

Result<std::vector<std::string>> find_damage(Connection& connection) {
  CHELA_TRY(auto check, connection.prepare("checking the database", "PRAGMA quick_check"));
  std::vector<std::string> damage;
  for (;;) {
    CHELA_TRY(bool row, check.step());
    if (!row) return damage;
    if (check.text(0) != "ok") damage.emplace_back(check.text(0));
  }
}

}  // namespace chela::store
