#include "kernel/core/store/statement.hpp"

#include <sqlite3.h>

#include <utility>

#include "kernel/core/base/assert.hpp"
#include "kernel/core/store/connection.hpp"

namespace chela::store {

namespace detail {

Prepared::~Prepared() {
  sqlite3_finalize(handle);
}

}  // namespace detail

Statement::Statement(Connection& connection, detail::Prepared& prepared, std::unique_ptr<detail::Prepared> owned,
                     std::string_view purpose)
    : connection_(&connection), prepared_(&prepared), owned_(std::move(owned)), purpose_(purpose) {
  prepared_->in_use = true;
}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_),
      prepared_(std::exchange(other.prepared_, nullptr)),
      owned_(std::move(other.owned_)),
      purpose_(other.purpose_),
      bind_status_(other.bind_status_) {}

Statement::~Statement() {
  if (!prepared_) return;
  sqlite3_reset(prepared_->handle);
  sqlite3_clear_bindings(prepared_->handle);
  prepared_->in_use = false;
}

void Statement::note_bind(int status) {
  CHELA_ASSERT(status != SQLITE_RANGE, "the SQL has a place for each bound parameter");
  CHELA_ASSERT(status != SQLITE_MISUSE, "parameters are bound before the first step");
  if (bind_status_ == SQLITE_OK) bind_status_ = status;
}

void Statement::bind(int parameter, std::int64_t value) {
  note_bind(sqlite3_bind_int64(prepared_->handle, parameter, value));
}

void Statement::bind(int parameter, double value) {
  note_bind(sqlite3_bind_double(prepared_->handle, parameter, value));
}

void Statement::bind(int parameter, std::string_view value) {
  const char* text = value.data() ? value.data() : "";  // SQLite takes a null pointer for NULL, not for ""
  note_bind(sqlite3_bind_text64(prepared_->handle, parameter, text, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Statement::bind(int parameter, Blob value) {
  if (value.empty()) {
    note_bind(sqlite3_bind_zeroblob(prepared_->handle, parameter, 0));
  } else {
    note_bind(sqlite3_bind_blob64(prepared_->handle, parameter, value.data(), value.size(), SQLITE_TRANSIENT));
  }
}

void Statement::bind(int parameter, std::nullptr_t) {
  note_bind(sqlite3_bind_null(prepared_->handle, parameter));
}

Result<bool> Statement::step() {
  if (bind_status_ != SQLITE_OK) return connection_->fail_last(purpose_, bind_status_);
  int status = sqlite3_step(prepared_->handle);
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  return connection_->fail_last(purpose_, status);
}

Result<void> Statement::run() {
  for (;;) {
    CHELA_TRY(bool row, step());
    if (!row) break;
  }
  sqlite3_reset(prepared_->handle);
  return {};
}

void Statement::reset() {
  sqlite3_reset(prepared_->handle);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(prepared_->handle, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(prepared_->handle, column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(prepared_->handle, column);
}

std::string_view Statement::text(int column) const {
  auto* text = reinterpret_cast<const char*>(sqlite3_column_text(prepared_->handle, column));
  if (!text) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(prepared_->handle, column))};
}

Blob Statement::blob(int column) const {
  auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(prepared_->handle, column));
  if (!bytes) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(prepared_->handle, column))};
}

}  // namespace chela::store
