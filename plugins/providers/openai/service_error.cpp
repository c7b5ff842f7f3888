#include "plugins/providers/openai/service_error.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "chela/json.hpp"

namespace chela::providers::openai {

namespace {

constexpr std::uint64_t kRetryAfterMaxMs = 24ull * 3600 * 1000;
constexpr std::size_t kMessageBytesMax = 300;

bool is_key_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '*' || c == '.';
}

// Services like to repeat the key that they refuse.
std::string without_keys(std::string text) {
  for (const std::string_view mark : {"sk-", "Bearer ", "gsk_", "xai-", "AIza"}) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
      std::size_t end = at + mark.size();
      while (end < text.size() && is_key_byte(text[end])) ++end;
      if (end - at >= mark.size() + 6) text.replace(at, end - at, "[key]");
    }
  }
  return text;
}

std::string find_text(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string message_of_json(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array() && !value.empty()) return message_of_json(value.front());
  if (!value.is_object()) return "";
  for (const char* key : {"error", "message", "detail", "msg"}) {
    const auto found = value.find(key);
    if (found == value.end()) continue;
    const std::string message = message_of_json(*found);
    if (!message.empty()) return message;
  }
  return find_text(value, "code");
}

// The "code" of an error, whether it is a word or an HTTP status, else its "type".
std::string code_of_json(const Json& value) {
  if (value.is_array() && !value.empty()) return code_of_json(value.front());
  const Json error = value.is_object() && value.contains("error") ? value["error"] : value;
  if (error.is_object() && error.contains("code") && error["code"].is_number_integer()) return error["code"].dump();
  const std::string code = find_text(error, "code");
  return code.empty() ? find_text(error, "type") : code;
}

chela_status status_of_code(const std::string& code) {
  if (code == "context_length_exceeded" || code == "413") return CHELA_TOO_LARGE;
  if (code == "429" || code == "rate_limit_exceeded") return CHELA_EXHAUSTED;
  if (code == "402" || code == "insufficient_quota") return CHELA_DENIED;  // to ask again does not help
  if (code == "401" || code == "invalid_api_key") return CHELA_UNAUTHENTICATED;
  if (code == "403") return CHELA_DENIED;
  if (code == "404" || code == "model_not_found") return CHELA_NOT_FOUND;
  if (code == "400" || code == "422" || code == "invalid_request_error") return CHELA_INVALID_ARGUMENT;
  return CHELA_UNAVAILABLE;
}

std::string title_of_page(std::string_view page) {
  const std::size_t begin = page.find("<title>");
  const std::size_t end = page.find("</title>");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return "a web page";
  return "a web page titled \"" + excerpt(page.substr(begin + 7, end - begin - 7), 80) + "\"";
}

// "Sun, 06 Nov 1994 08:49:37 GMT" as Unix seconds, or -1.
std::int64_t unix_s_of_date(const char* text) {
  char month[4] = "";
  int day = 0, year = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(text, "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &day, month, &year, &hour, &minute, &second) != 6)
    return -1;
  const char* const months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const char* found = std::strstr(months, month);
  if (found == nullptr || std::strlen(month) != 3 || year < 1970 || day < 1 || day > 31) return -1;
  const int m = static_cast<int>(found - months) / 3 + 1;
  // Days since 1970-01-01 of a Gregorian date, with March as the first month of the year.
  const std::int64_t y = m <= 2 ? year - 1 : year;
  const std::int64_t days =
      365 * y + y / 4 - y / 100 + y / 400 + (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + day - 1 - 719468;
  return days * 86400 + hour * 3600 + minute * 60 + second;
}

struct Reading {
  chela_status status;
  std::string words;  // what the HTTP status means here
};

Reading reading_of(const Service& service, std::string_view model, std::uint32_t http_status) {
  const std::string name = "service " + service.id;
  const std::string setting = "models.providers." + service.id;
  switch (http_status) {
    case 400:
    case 422: return {CHELA_INVALID_ARGUMENT, name + " refused the request"};
    case 401:
      if (service.api_key_secret.empty())
        return {CHELA_UNAUTHENTICATED, name + " wants a key; set " + setting + ".apiKey"};
      return {CHELA_UNAUTHENTICATED, name + " refused the key"};
    case 402: return {CHELA_DENIED, name + " asks for payment"};
    case 403: return {CHELA_DENIED, name + " does not allow it"};
    case 404:
      return {CHELA_NOT_FOUND,
              name + " does not know the model " + excerpt(model, 100) + ", or " + setting + ".baseUrl is wrong"};
    case 408: return {CHELA_TIMED_OUT, name + " waited too long for the request"};
    case 413: return {CHELA_TOO_LARGE, name + " finds the request too large"};
    case 429: return {CHELA_EXHAUSTED, name + " limits the rate or the quota is used up"};
    case 501: return {CHELA_UNSUPPORTED, name + " cannot do this"};
    default: break;
  }
  const std::string number = " (HTTP " + std::to_string(http_status) + ")";
  if (http_status >= 500) return {CHELA_UNAVAILABLE, name + " is in trouble" + number};
  if (http_status >= 300 && http_status < 400) {
    return {CHELA_PROTOCOL,
            name + " redirects elsewhere" + number + "; set " + setting + ".baseUrl to the final address"};
  }
  return {http_status >= 400 ? CHELA_INVALID_ARGUMENT : CHELA_PROTOCOL,
          name + " answered with HTTP " + std::to_string(http_status)};
}

}  // namespace

std::string excerpt(std::string_view text, std::size_t bytes_max) {
  std::string line;
  for (const char c : text.substr(0, bytes_max * 2)) {
    const bool blank = static_cast<unsigned char>(c) <= 0x20 || c == 0x7f;
    if (!blank) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  line = without_keys(std::move(line));
  if (line.size() > bytes_max) {
    line.resize(bytes_max);
    line += "…";
  }
  return Json::parse(to_text(Json(line))).get<std::string>();  // valid UTF-8, whatever came and wherever it was cut
}

std::string message_of_body(std::string_view body) {
  const Json json = read_json(body);
  const std::string message = json.is_discarded() ? "" : message_of_json(json);
  if (!message.empty()) return excerpt(message, kMessageBytesMax);
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return body[first] == '<' ? title_of_page(body) : excerpt(body, kMessageBytesMax);
}

std::uint64_t retry_after_ms(const HttpHead& head, std::int64_t unix_ms) {
  double wish_ms = 0;
  if (const std::string* precise = head.find_header("retry-after-ms")) {
    wish_ms = std::strtod(precise->c_str(), nullptr);
  } else if (const std::string* value = head.find_header("retry-after")) {
    char* end = nullptr;
    wish_ms = std::strtod(value->c_str(), &end) * 1000;
    if (end == value->c_str()) {
      const std::int64_t date = unix_s_of_date(value->c_str());
      wish_ms = date < 0 ? 0 : static_cast<double>(date * 1000 - unix_ms);
    }
  }
  if (!(wish_ms > 0)) return 0;  // also what is no number
  return static_cast<std::uint64_t>(std::min(wish_ms, static_cast<double>(kRetryAfterMaxMs)));
}

ServiceError error_of_response(const Service& service, std::string_view model, const HttpHead& head,
                               std::string_view body, std::int64_t unix_ms) {
  Reading reading = reading_of(service, model, head.status);
  const Json json = read_json(body);
  const std::string code = json.is_discarded() ? "" : code_of_json(json);
  if (code == "context_length_exceeded")
    reading = {CHELA_TOO_LARGE, "the conversation is too long for " + excerpt(model, 100)};
  // Comes as 429 like a rate limit, but waiting does not help.
  if (code == "insufficient_quota") reading = {CHELA_DENIED, "the quota at service " + service.id + " is used up"};
  const std::string message = message_of_body(body);
  return {reading.status, message.empty() ? reading.words : reading.words + ": " + message,
          retry_after_ms(head, unix_ms)};
}

Failure failure_in_stream(std::string_view body) {
  const Json json = read_json(body);
  const std::string message = message_of_body(body);
  return Failure(json.is_discarded() ? CHELA_UNAVAILABLE : status_of_code(code_of_json(json)),
                 "it broke off: " + (message.empty() ? "it gave no reason" : message));
}

ServiceError error_of_transport(const Service& service, chela_status status, std::string_view text) {
  if (status == CHELA_CANCELLED) return {status, "cancelled", 0};
  std::string words =
      "asking service " + service.id + " at " + service.base_url.substr(0, service.base_url.find('?')) + ": ";
  words.append(text.empty() ? name_of(status) : std::string(text));
  const bool local = service.base_url.find("//127.0.0.1") != std::string::npos ||
                     service.base_url.find("//localhost") != std::string::npos;
  if (local && text.substr(0, 7) == "connect") words += "; is it running?";
  return {status == CHELA_OK ? CHELA_UNAVAILABLE : status, words, 0};
}

}  // namespace chela::providers::openai
