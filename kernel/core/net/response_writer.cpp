#include "kernel/core/net/response_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "kernel/core/base/text.hpp"
#include "kernel/core/net/characters.hpp"

namespace chela::net {
namespace {

constexpr std::size_t kHeadSizeUsual = 256;

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

Result<void> check_header(HeaderField field, int status) {
  if (!is_token(field.name)) return fail(ErrorCode::invalid_argument, "writing a response: a header name is malformed");
  if (field.value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    return fail(ErrorCode::invalid_argument, "writing a response: the value of {} holds a line end", field.name);
  }
  for (std::string_view ours : {"content-length", "transfer-encoding", "connection", "date"}) {
    if (status != 101 && equal_ignoring_case(field.name, ours)) {
      return fail(ErrorCode::invalid_argument, "writing a response: {} is written by the server", field.name);
    }
  }
  return {};
}

}  // namespace

bool allows_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

Result<void> write_head(std::string& out, int status, const Headers& headers, const ResponseFrame& frame) {
  if (status != 101 && (status < 200 || status > 599)) {
    return fail(ErrorCode::invalid_argument, "writing a response: {} is no final status", status);
  }
  for (auto field : headers) CHELA_CHECK(check_header(field, status));
  out.reserve(out.size() + kHeadSizeUsual);
  out += "HTTP/1.1 ";
  out += fmt::format_int(status).c_str();
  out += ' ';
  out += reason_phrase(status);
  out += "\r\n";
  for (auto field : headers) append_field(out, field.name, field.value);
  if (!frame.date.empty()) append_field(out, "Date", frame.date);
  if (frame.content_length && allows_body(status)) {
    append_field(out, "Content-Length", fmt::format_int(*frame.content_length).c_str());
  }
  if (frame.chunked) out += "Transfer-Encoding: chunked\r\n";
  // A 426 says with Upgrade what is spoken here, and that field is one of this hop.
  if (status == 426) {
    out += frame.keep_alive ? "Connection: Upgrade\r\n" : "Connection: close, Upgrade\r\n";
  } else if (!frame.keep_alive) {
    out += "Connection: close\r\n";
  }
  out += "\r\n";
  return {};
}

void write_chunk(std::string& out, std::string_view bytes) {
  if (bytes.empty()) return;
  char size[2 * sizeof(std::size_t)];
  auto [end, status] = std::to_chars(size, size + sizeof(size), bytes.size(), 16);
  out.append(size, end).append("\r\n").append(bytes).append("\r\n");
}

void write_last_chunk(std::string& out) {
  out += "0\r\n\r\n";
}

std::string http_date(std::int64_t unix_ms) {
  using namespace std::chrono;
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  sys_seconds time{floor<seconds>(milliseconds(unix_ms))};
  auto day = floor<days>(time);
  year_month_day date(day);
  hh_mm_ss clock(time - day);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

}  // namespace chela::net
