#pragma once

// One prepared SQL statement, borrowed from its connection. The thread that uses the connection.
//
//   CHELA_TRY(auto select, connection.prepare("listing the notes", "SELECT id, text FROM notes WHERE owner = ?1"));
//   select.bind(1, owner);
//   for (;;) {
//     CHELA_TRY(bool row, select.step());
//     if (!row) break;
//     use(select.integer(0), select.text(1));
//   }
//
// Destroying it resets the statement and gives it back. Errors name the purpose, never a bound value.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "kernel/core/base/error.hpp"

struct sqlite3_stmt;

namespace chela::store {

class Connection;

using Blob = std::span<const std::byte>;

namespace detail {

// A statement as the connection's cache keeps it.
struct Prepared {
  explicit Prepared(sqlite3_stmt* statement) : handle(statement) {}
  Prepared(const Prepared&) = delete;
  Prepared& operator=(const Prepared&) = delete;
  ~Prepared();

  sqlite3_stmt* handle;
  bool in_use = false;
  std::uint64_t last_used = 0;
};

}  // namespace detail

class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Parameters count from 1. Values are copied. A failed bind is reported by the next step().
  void bind(int parameter, std::int64_t value);
  void bind(int parameter, double value);
  void bind(int parameter, std::string_view value);
  void bind(int parameter, Blob value);
  void bind(int parameter, std::nullptr_t);
  void bind(int parameter, const char* value) { bind(parameter, std::string_view(value)); }
  template <std::integral T>
  void bind(int parameter, T value) {
    bind(parameter, static_cast<std::int64_t>(value));
  }
  template <class T>
  void bind(int parameter, const std::optional<T>& value) {
    if (value) {
      bind(parameter, *value);
    } else {
      bind(parameter, nullptr);
    }
  }
  // All parameters in order, the first of them 1.
  template <class... Values>
  void bind_all(const Values&... values) {
    int parameter = 0;
    (bind(++parameter, values), ...);
  }

  // True when a row is there to be read, false at the end. Errors: see sqlite_error.hpp.
  Result<bool> step();
  // Steps to the end and ignores rows.
  Result<void> run();
  // Back to the first row with the same parameters.
  void reset();

  // Columns of the row that step() found count from 0. Text and blobs are valid until the next step or reset.
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string_view text(int column) const;
  Blob blob(int column) const;

 private:
  friend class Connection;
  // `purpose` is a literal. Borrowed when `owned` is null.
  Statement(Connection& connection, detail::Prepared& prepared, std::unique_ptr<detail::Prepared> owned,
            std::string_view purpose);
  void note_bind(int status);

  Connection* connection_;
  detail::Prepared* prepared_;  // null when moved from
  std::unique_ptr<detail::Prepared> owned_;
  std::string_view purpose_;
  int bind_status_ = 0;
};

}  // namespace chela::store
