#include "kernel/runtime/skills/hub/client.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

#include "kernel/core/base/json.hpp"
#include "kernel/core/base/text.hpp"
#include "kernel/core/loop/event.hpp"
#include "kernel/core/loop/loop.hpp"
#include "kernel/core/net/egress_url.hpp"

namespace chela::runtime::skills::hub {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kJsonBytesMax = 16u << 20;
constexpr std::uint64_t kArchiveBytesMax = 256u << 20;
constexpr std::size_t kDepthMax = 64;
constexpr std::size_t kErrorBytesMax = 400;
constexpr int kRedirectsMax = 5;
constexpr auto kDelays =
    std::to_array<Duration>({std::chrono::seconds(1), std::chrono::seconds(3), std::chrono::seconds(10)});
constexpr std::uint64_t kRetryAfterMax = 60;

std::optional<std::uint64_t> seconds_of(const net::Headers& headers, std::string_view name) {
  auto value = trim(headers.value_or(name, ""));
  std::uint64_t seconds = 0;
  auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (value.empty() || problem != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return seconds;
}

std::optional<std::uint64_t> wait_asked_for(const net::Headers& headers) {
  auto after = seconds_of(headers, "retry-after");
  return after ? after : seconds_of(headers, "ratelimit-reset");
}

bool is_transient(int status) {
  constexpr std::array kTransient = {500, 502, 503, 504};
  return std::ranges::find(kTransient, status) != kTransient.end();
}

// How long to wait before attempt number `attempt` + 1; none: this answer is final.
std::optional<Duration> delay_after(const Result<net::EgressResponse>& answer, std::size_t attempt) {
  if (attempt >= kDelays.size()) return std::nullopt;
  if (!answer) {
    const bool again = answer.error().code == ErrorCode::unavailable || answer.error().code == ErrorCode::timed_out;
    return again ? std::optional(kDelays[attempt]) : std::nullopt;
  }
  auto asked = wait_asked_for(answer->headers);
  const bool soon = asked && *asked <= kRetryAfterMax;
  if (answer->status == 429) return soon ? std::optional<Duration>(std::chrono::seconds(*asked)) : std::nullopt;
  if (!is_transient(answer->status)) return std::nullopt;
  return soon ? Duration(std::chrono::seconds(*asked)) : kDelays[attempt];
}

// The registry's words: short, one line, nothing that steers a terminal.
std::string words_of(std::string_view body) {
  std::string out(cut_utf8(body, kErrorBytesMax));
  out = repair_utf8(out);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return std::string(trim(out));
}

ErrorCode code_of(int status) {
  switch (status) {
    case 400:
    case 409:
    case 422:
      return ErrorCode::invalid_argument;
    case 401:
      return ErrorCode::unauthenticated;
    case 403:
      return ErrorCode::denied;
    case 404:
    case 410:
      return ErrorCode::not_found;
    case 429:
      return ErrorCode::exhausted;
    default:
      return status >= 300 && status < 400 ? ErrorCode::protocol : ErrorCode::unavailable;
  }
}

std::unexpected<Error> refusal_of(const net::EgressResponse& response, std::string_view shown) {
  auto words = words_of(response.body);
  auto asked = wait_asked_for(response.headers);
  auto later = response.status == 429 && asked ? fmt::format("; try again in {} s", *asked) : std::string();
  return fail(code_of(response.status), "{}: ClawHub answered {}{}{}{}", shown, response.status,
              words.empty() ? "" : ": ", words, later);
}

Result<Json> read_json(const net::EgressResponse& response, std::string_view shown) {
  if (!is_valid_utf8(response.body)) return fail(ErrorCode::protocol, "{}: the answer is not UTF-8", shown);
  auto json = parse_json(response.body, kDepthMax);
  if (!json) return fail(ErrorCode::protocol, "{}: the answer {}", shown, json.error().message);
  if (!json->is_object()) return fail(ErrorCode::protocol, "{}: the answer is no JSON object", shown);
  return json;
}

std::string with_query(std::string url, const Query& query) {
  char separator = url.contains('?') ? '&' : '?';
  for (const auto& [name, value] : query) {
    if (value.empty()) continue;
    url += fmt::format("{}{}={}", std::exchange(separator, '&'), name, net::percent_encoded(value));
  }
  return url;
}

std::string shown_of(const std::string& url) {
  auto parsed = net::parse_egress_url(url);
  return parsed ? parsed->shown() : std::string("the address");
}

}  // namespace

Client::Client(Loop& loop, Transport transport, Address address)
    : loop_(loop), transport_(std::move(transport)), address_(std::move(address)) {}

net::EgressRequest Client::make_request(std::string url, std::uint64_t bytes_max) const {
  net::EgressRequest request{.url = std::move(url), .caller = "skills", .response_bytes_max = bytes_max};
  request.follow_redirects = kRedirectsMax;
  request.connect_timeout = std::chrono::seconds(15);
  request.first_byte_timeout = std::chrono::seconds(30);
  request.idle_timeout = std::chrono::seconds(30);
  auto parsed = net::parse_egress_url(request.url);
  if (parsed && !address_.token.empty() && parsed->origin() == address_.token_origin)
    request.headers.add("Authorization", "Bearer " + address_.token);
  return request;
}

Task<Result<net::EgressResponse>> Client::read(net::EgressRequest request) {
  for (std::size_t attempt = 0;; ++attempt) {
    auto answer = co_await transport_(request);
    auto delay = delay_after(answer, attempt);
    if (!delay) co_return std::move(answer);
    auto deadline = loop_.now() + *delay;
    auto waited = co_await sleep_until(loop_, deadline, loop_.shutdown_token());
    CHELA_CO_CHECK(waited);
  }
}

Task<Result<void>> Client::discover() {
  if (!address_.is_site) co_return Result<void>{};
  auto site = net::parse_egress_url(address_.base);
  CHELA_CO_TRY(auto from, std::move(site));
  for (std::string_view name : {"/.well-known/clawhub.json", "/.well-known/clawdhub.json"}) {
    auto request = make_request(from.origin() + std::string(name), kErrorBytesMax * 40);
    request.total_timeout = std::chrono::seconds(15);
    auto answer = co_await transport_(std::move(request));
    if (!answer || answer->status != 200) continue;
    auto json = read_json(*answer, name);
    if (!json) continue;
    auto base = text_of(*json, "apiBase");
    if (base.empty()) base = text_of(*json, "registry");
    while (base.ends_with('/')) base.pop_back();
    auto url = net::parse_egress_url(base);
    if (!url || !url->query.empty()) continue;
    if (from.scheme == "https" && url->scheme != "https") {
      co_return fail(ErrorCode::protocol, "{} sends its visitors from https to {}; that is not followed", from.origin(),
                     url->origin());
    }
    address_.base = base;
    break;
  }
  address_.is_site = false;
  co_return Result<void>{};
}

Task<Result<Json>> Client::get(std::string path, Query query, std::vector<int> accepted) {
  auto request = make_request(with_query(address_.base + path, query), kJsonBytesMax);
  request.headers.add("Accept", "application/json");
  request.total_timeout = std::chrono::seconds(30);
  auto answer = co_await read(std::move(request));
  CHELA_CO_TRY(auto response, std::move(answer));
  auto shown = shown_of(address_.base + path);
  const bool taken = response.status == 200 || std::ranges::find(accepted, response.status) != accepted.end();
  if (!taken) co_return refusal_of(response, shown);
  auto json = read_json(response, shown);
  // A refusal in plain words where a structured one would have been taken.
  if (!json && response.status != 200) co_return refusal_of(response, shown);
  co_return json;
}

Task<Result<Json>> Client::post(std::string path, std::string body) {
  auto request = make_request(address_.base + path, kJsonBytesMax);
  request.method = "POST";
  request.follow_redirects = 0;
  request.body = std::move(body);
  request.headers.add("Accept", "application/json");
  request.headers.add("Content-Type", "application/json");
  request.total_timeout = std::chrono::seconds(30);
  auto answer = co_await transport_(std::move(request));
  CHELA_CO_TRY(auto response, std::move(answer));
  auto shown = shown_of(address_.base + path);
  if (response.status != 200) co_return refusal_of(response, shown);
  co_return read_json(response, shown);
}

Task<Result<std::string>> Client::download(std::string url) {
  auto parsed = net::parse_egress_url(url);
  CHELA_CO_TRY(auto target, std::move(parsed));
  if (address_.base.starts_with("https://") && target.scheme != "https")
    co_return fail(ErrorCode::denied, "{}: it would come without encryption, which the registry itself has",
                   target.shown());
  auto request = make_request(url, kArchiveBytesMax);
  request.headers.add("Accept", "application/zip, application/octet-stream");
  request.compressed = false;
  auto answer = co_await read(std::move(request));
  CHELA_CO_TRY(auto response, std::move(answer));
  if (response.status != 200) co_return refusal_of(response, target.shown());
  if (response.headers.value_or("content-type", "").starts_with("application/json")) {
    co_return fail(ErrorCode::unsupported,
                   "{}: it is kept elsewhere and has no archive of its own; install it without --version",
                   target.shown());
  }
  co_return std::move(response.body);
}

}  // namespace chela::runtime::skills::hub
